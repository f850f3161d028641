import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { z } from 'zod'

const packageSchema = z.object({ version: z.string() })

const versionIn = (file: string | URL): string =>
  packageSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).version

/** Shotboard's version, from its package. */
export const version: string = versionIn(new URL('../package.json', import.meta.url))

/** The versions of what computes results. */
export const versions = {
  shotboard: version,
  onnxruntime: versionIn(createRequire(import.meta.url).resolve('onnxruntime-node/package.json')),
  node: process.versions.node,
} as const
