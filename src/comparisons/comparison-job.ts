import { hasEnded } from '../jobs/has-ended.js'
import { jobProblemOf, noProblem } from '../jobs/job-problem.js'
import { createProgress } from '../jobs/progress.js'
import type { ComparisonRow } from '../store/comparisons.js'
import { encodersOf, type RunRow } from '../store/runs.js'
import type { Store } from '../store/store.js'
import { throwIfCancelled } from '../system/abort.js'
import type { KeyedLock } from '../system/keyed-lock.js'
import { isStorageFault } from '../system/storage-fault.js'
import { collectProvenance } from './collect-provenance.js'
import { createComparisonFeatures } from './comparison-features.js'
import { performRun, type RunContext } from './perform-run.js'
import { requireSameContents } from './require-same-contents.js'
import { followRun } from './run-progress.js'
import { requireRunCode } from './run-with-code.js'

export interface ComparisonJobContext extends RunContext {
  /** Comparisons may share runs. The lock lets one of them at a time work on a run. */
  readonly runLock: KeyedLock
}

/** The work of a run for the progress, in images: search and scoring take about as long as encoding this many. */
export const imagesPerRun = 100

/**
 * Performs the unfinished runs of a comparison. A run that fails records its error and does not stop the others; the
 * comparison then ends as FAILED, and the results of its successful runs can still be read. Throws CANCELLED when the
 * signal aborts, and then does not end the record. Throws faults of the disk or the database; then the caller can call it
 * again.
 */
export async function runComparison(
  context: ComparisonJobContext,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  const { store } = context
  const comparison = await store.comparisons.get(id)
  if (!comparison || hasEnded(comparison)) return
  await store.comparisons.update(id, { status: 'RUNNING', ...noProblem })
  // What began on another machine, whose data folder this was, begins again where features would be mixed.
  const processor = context.processor.name
  await store.comparisons.chooseProcessor(id, processor)
  const runs = await store.comparisons.runs(id)
  try {
    await performRuns(context, { ...comparison, processor }, runs, signal)
  } catch (error) {
    if (signal.aborted || isStorageFault(error)) throw error
    // A problem of the whole comparison, such as a missing encoder.
    return store.comparisons.fail(id, jobProblemOf(error))
  }
  await endComparison(store, id, await store.comparisons.runs(id))
}

/** Ends a comparison whose runs have all ended: as FAILED if one of them has failed. */
export async function endComparison(store: Store, id: string, runs: readonly RunRow[]): Promise<void> {
  const problem = problemOf(runs)
  await store.comparisons.update(id, {
    status: problem === null ? 'SUCCEEDED' : 'FAILED',
    ...(problem ?? noProblem),
    progress: 1,
    finishedAt: new Date(),
  })
}

export const isOpen = ({ status }: RunRow): boolean => status !== 'SUCCEEDED' && status !== 'FAILED'

/** What is wrong where runs have failed, with the code of the first; null if none has failed. */
function problemOf(runs: readonly RunRow[]): Pick<ComparisonRow, 'error' | 'errorCode'> | null {
  const failed = runs.filter(({ status }) => status === 'FAILED' || status === 'CANCELLED')
  const [first] = failed
  if (!first) return null
  const name = `${first.method}${first.space ? ` in ${first.space}` : ''}`
  const why = first.error ?? 'it was cancelled'
  return {
    error: `${failed.length} of ${runs.length} runs failed; the first: ${name}: ${why}`,
    errorCode: first.status === 'CANCELLED' ? 'CANCELLED' : first.errorCode,
  }
}

async function performRuns(
  context: ComparisonJobContext,
  comparison: ComparisonRow,
  runs: readonly RunRow[],
  signal: AbortSignal,
): Promise<void> {
  const { store } = context
  const encoders = encodersOf(runs).map((id) => context.encoders.get(id))
  await requireSameContents(context, comparison, encoders, runs)
  const open = runs.filter(isOpen)
  const provenanceWith = await collectProvenance(context.contents, comparison)
  const parts = encoders.map((encoder) => {
    const own = open.filter((run) => run.encoder === encoder.id)
    return {
      own,
      shared: createComparisonFeatures(context, comparison, encoder, own),
      provenanceOf: provenanceWith(encoder),
    }
  })
  let total = open.length * imagesPerRun
  for (const { shared } of parts) total += await shared.imagesToEncode()
  const progress = createProgress({
    before: comparison.progress,
    total,
    write: (progress) => store.comparisons.progress(comparison.id, progress),
  })

  const onEncoded = (images: number): void => progress.add(images)
  try {
    const planned = parts.flatMap(({ own, ...part }) => own.map((run) => ({ run, ...part })))
    for (const { run, shared, provenanceOf } of planned) {
      await context.runLock(run.id, signal, async () => {
        throwIfCancelled(signal)
        // Another comparison that shares the run may have finished it already.
        const attempt = await store.runs.start(run.id)
        if (!attempt) return progress.add(imagesPerRun)
        const following = followRun({
          writeProgress: attempt.progress,
          writeEstimate: attempt.estimate,
          comparison: progress,
          work: imagesPerRun,
        })
        try {
          await performRun(context, await requireRunCode(context, run), attempt, shared, provenanceOf, {
            ...{ signal, onEncoded, following },
          })
        } catch (error) {
          if (signal.aborted || isStorageFault(error)) throw error
          await attempt.fail(jobProblemOf(error))
        } finally {
          await following.end()
        }
      })
    }
  } finally {
    // The database may be closed as soon as the job has ended.
    await progress.settled()
  }
}
