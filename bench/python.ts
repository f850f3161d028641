import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/**
 * Runs a baseline of `bench/baselines` with the Python of $PYTHON, or python3, and returns the JSON it prints; undefined
 * where that Python lacks what the baseline needs.
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
