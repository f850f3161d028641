import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ImageSource } from '../../src/encoders/prepare-batch.js'

export const root = fileURLToPath(new URL('../../', import.meta.url))
export const miniClip = join(root, 'models/mini-clip')

export const sha256 = (bytes: Uint8Array | Uint8ClampedArray): string =>
  createHash('sha256').update(bytes).digest('hex')

/** What a script of tools/parity wrote. */
export async function fixture<T>(name: string): Promise<T> {
  return JSON.parse(await readFile(join(root, `test/encoders/fixtures/${name}.json`), 'utf8')) as T
}

/** An image of the given bytes. */
export function sourceOf(bytes: Uint8Array): ImageSource {
  return { id: sha256(bytes), read: async () => bytes }
}

/** The first test images of a class of the demo data set. */
export async function demoImages(folder: string, count: number): Promise<ImageSource[]> {
  const files = Array.from({ length: count }, (_, i) => `${String(i).padStart(3, '0')}.png`)
  return Promise.all(
    files.map(async (file) => sourceOf(await readFile(join(root, 'demo/fashion-mnist/test', folder, file)))),
  )
}
