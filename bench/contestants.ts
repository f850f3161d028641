import { execFile, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/**
 * Runs a baseline of `bench/baselines` with $PYTHON, or python3, and returns the JSON that it prints. Undefined if
 * that Python lacks a package.
 */
export async function pythonBaseline(
  script: string,
  ...args: string[]
): Promise<Record<string, number> | undefined> {
  const file = fileURLToPath(new URL(`baselines/${script}`, import.meta.url))
  try {
    const { stdout } = await promisify(execFile)(process.env.PYTHON ?? 'python3', [file, ...args])
    return JSON.parse(stdout)
  } catch {
    return undefined
  }
}

/** A process that answers line by line, so that several can run in turns. */
export interface Contestant {
  ask(line: string): Promise<number>
  end(): void
}

/** Starts a baseline of `bench/baselines` with $PYTHON, or python3. Undefined if that Python lacks a package. */
export const startPython = (script: string, ...args: string[]): Promise<Contestant | undefined> =>
  start(process.env.PYTHON ?? 'python3', [
    fileURLToPath(new URL(`baselines/${script}`, import.meta.url)),
    ...args,
  ])

/** Starts a script of `bench/ours`, for measurements of ours that need their own process. */
export async function startOurs(script: string, ...args: string[]): Promise<Contestant> {
  const file = fileURLToPath(new URL(`ours/${script}`, import.meta.url))
  const contestant = await start(process.execPath, [...process.execArgv, file, ...args])
  if (contestant === undefined) throw new Error(`${script} did not start`)
  return contestant
}

async function start(command: string, args: readonly string[]): Promise<Contestant | undefined> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async (): Promise<string | undefined> => (await lines.next()).value
  if ((await line()) !== 'ready') return undefined
  return {
    async ask(text) {
      const answer = line()
      child.stdin.write(`${text}\n`)
      return Number(await answer)
    },
    end: () => child.kill(),
  }
}
