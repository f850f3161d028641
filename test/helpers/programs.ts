import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { atEnd } from './at-end.js'
import { temporaryFolder } from './folder.js'

export const root = fileURLToPath(new URL('../..', import.meta.url))
/** Whether there is a build to run. */
export const built = existsSync(join(root, 'dist/cli/shotboard.js'))
export const title = built ? 'the built programs' : 'the built programs (skipped: run `npm run build` first)'

export interface Program {
  readonly child: ChildProcess
  /** Resolves once what it has printed matches. */
  printed(pattern: RegExp): Promise<string>
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>
}

/** Runs the built command line, or its command `start` or `demo`, on a data folder of its own. */
export async function runProgram(
  program: 'start' | 'demo' | 'shotboard',
  environment: Record<string, string> = {},
  ...parameters: string[]
) {
  const command = program === 'shotboard' ? parameters : [program, ...parameters]
  const child = spawn(process.execPath, [join(root, 'dist/cli/shotboard.js'), ...command], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      SHOTBOARD_DEMO: 'off',
      SHOTBOARD_THREADS: '1',
      SHOTBOARD_DATA_DIR: await temporaryFolder(),
      ...environment,
    },
  })
  return follow(child)
}

/** What a process prints and how it ends; it is killed when the tests of the file have run. */
export function follow(child: ChildProcessByStdio<null, Readable, Readable>): Program {
  atEnd(async () => child.kill('SIGKILL'))
  let output = ''
  const seen = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk
      for (const look of seen) look()
    })
  }
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, output }))
  })
  const printed = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(output)
        if (found) resolve(found[1] ?? '')
      }
      seen.add(look)
      look()
      ended.then(() => reject(new Error(`ended before ${pattern}: ${output}`)))
    })
  return { child, printed, ended }
}
