import type { ComparisonHost, ComparisonResults } from './comparison-host.js'
import { createProgressBar } from './progress-bar.js'
import { formatSets } from './sets-table.js'
import { formatComparison } from './table.js'

/** More steps than the bar has columns, so that it moves smoothly. */
const steps = 1000

/** Shows the progress of a comparison on standard error until it has ended. */
export async function watchComparison(host: ComparisonHost, id: string): Promise<void> {
  const bar = createProgressBar('Comparing', process.stderr)
  try {
    for await (const { progress } of await host.watch(id)) bar.update(Math.round(steps * progress), steps)
  } finally {
    bar.stop()
  }
}

/** Prints the table, the prediction sets if they are asked for, the recommendation and the errors of a comparison. */
export function printResults(
  { rows, recommendation, error }: ComparisonResults,
  { sets = false }: { readonly sets?: boolean } = {},
): void {
  if (rows.length > 0) console.log(formatComparison(rows))
  if (rows.length > 0 && sets) console.log(formatSets(rows))
  if (recommendation !== null) console.log(recommendation)
  if (error !== null) console.error(error)
}
