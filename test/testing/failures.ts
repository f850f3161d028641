import type { Check } from '../../src/testing/index.js'

/** What the checks that fail say, by what they check. */
export async function failuresOf(checks: readonly Check[]): Promise<Record<string, string>> {
  const failures: Record<string, string> = {}
  for (const { name, run } of checks) {
    await run().catch((error: Error) => {
      failures[name.slice(name.indexOf(': ') + 2)] = error.message
    })
  }
  return failures
}
