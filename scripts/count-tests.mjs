// Prints how many tests passed, failed and were skipped, summed over vitest's JSON results. A file that could not be loaded
// has no tests, so it counts as one failure.
import { readFileSync } from 'node:fs'

const runs = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')))
const sum = (count) => runs.reduce((total, run) => total + count(run), 0)
const unloaded = sum(
  ({ testResults }) =>
    testResults.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0)
      .length,
)
const passed = sum(({ numPassedTests }) => numPassedTests)
const failed = sum(({ numFailedTests }) => numFailedTests) + unloaded
const skipped = sum(({ numPendingTests }) => numPendingTests)
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
