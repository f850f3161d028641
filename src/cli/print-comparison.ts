import type { ComparisonHost, ComparisonResults } from './comparison-host.js'
import { createProgressBar } from './progress-bar.js'
import { formatComparison } from './table.js'

/** The bar's steps: finer than it can show. */
const steps = 1000

/** Shows the progress of a comparison, on the error output, until it has ended. */
export async function watchComparison(host: ComparisonHost, id: string): Promise<void> {
  const bar = createProgressBar('Comparing', process.stderr)
  try {
    for await (const { progress } of await host.watch(id)) bar.update(Math.round(steps * progress), steps)
  } finally {
    bar.stop()
  }
}

/** Prints the table of a comparison, which method to use, and what went wrong. */
export function printResults({ rows, recommendation, error }: ComparisonResults): void {
  if (rows.length > 0) console.log(formatComparison(rows))
  if (recommendation !== null) console.log(recommendation)
  if (error !== null) console.error(error)
}
