import { errors, type ShotboardError } from '../errors.js'
import { comparePairs, type PairwiseTest } from '../evaluation/pairwise.js'
import { groupRuns, type MeasuredRun, type SummaryRow } from '../evaluation/summary.js'
import type { Changes } from '../jobs/changes.js'
import { hasEnded } from '../jobs/has-ended.js'
import type { JobQueue } from '../jobs/job-queue.js'
import { createRecordedJobs } from '../jobs/recorded-jobs.js'
import { type MeasureName, pickMeasures } from '../measures.js'
import type { ComparisonRow } from '../store/comparisons.js'
import { encodersOf, type RunRow } from '../store/runs.js'
import { rangeOfSizes } from './class-sizes.js'
import { type ComparisonJobContext, runComparison } from './comparison-job.js'
import { type Description, describedOf } from './described.js'
import { findMethodInSpace } from './method-in-space.js'
import { type CompareInput, type PlanContext, planComparison } from './plan-comparison.js'
import { hasSameContents } from './require-same-contents.js'
import type { ComparedRow, RowStatistics } from './row-statistics.js'
import { createWatchedRuns } from './watched-runs.js'

export interface Comparisons {
  /** Queues a comparison and returns it. Throws as `planComparison` or TOO_MANY_COMPARISONS, and then queues nothing. */
  compare(input: CompareInput): Promise<ComparisonRow>
  /** Like `compare`, but returns the existing comparison if the same one has succeeded, is queued or is running. */
  compareOnce(input: CompareInput): Promise<ComparisonRow>
  /** Changes its name and notes. Throws UNKNOWN_COMPARISON or INVALID_VALUE. */
  describe(id: string, description: Description): Promise<ComparisonRow>
  /**
   * Puts a comparison away: lists leave it out, and it is deleted after some days (`Deletions.discarded`). Putting it away twice
   * changes nothing. Throws UNKNOWN_COMPARISON, or IN_USE while it has not ended.
   */
  discard(id: string): Promise<ComparisonRow>
  /** Takes a comparison back that was put away. Throws UNKNOWN_COMPARISON. */
  restore(id: string): Promise<ComparisonRow>
  /** Stops a comparison for good. Throws UNKNOWN_COMPARISON or COMPARISON_FINISHED. */
  cancel(id: string): Promise<ComparisonRow>
  /** Resolves with the comparison once it has ended. Throws UNKNOWN_COMPARISON. */
  ended(id: string): Promise<ComparisonRow>
  /**
   * Emits a comparison, and then its latest state after changes, at most twice a second, until it has ended. Emits once if it
   * has ended already. All who watch get the same objects. Throws UNKNOWN_COMPARISON.
   */
  watch(id: string): Promise<AsyncIterableIterator<ComparisonRow>>
  /** Emits every comparison that has not ended or is asked for from now on, and then its latest states likewise. Never ends by itself. */
  watchOpen(): AsyncIterableIterator<ComparisonRow>
  /** The runs of several comparisons, by comparison. Of one that is watched, only what has changed is read. */
  runsOf(ids: readonly string[]): Promise<Map<string, RunRow[]>>
  /**
   * Whether the classes, prompts, images or encoders of a comparison have changed since it was asked for. Images that were added
   * do not count.
   */
  changedSince(comparison: ComparisonRow, runs: readonly RunRow[]): Promise<boolean>
  /** Resumes the comparisons that a stop interrupted. */
  resume(): Promise<void>
  /**
   * Summarises finished runs over their support sets: one row for each encoder, method, space and number of shots. A row whose
   * results cannot be read has an `error`.
   */
  rows(runs: readonly RunRow[]): Promise<ComparedRow[]>
  /**
   * Tests every row against the baseline's row of the same encoder and number of shots, by a measure. `findMethodInSpace` chooses the
   * baseline's space unless `space` is given. Rows whose results cannot be read are left out. Throws UNKNOWN_METHOD, UNKNOWN_SPACE or UNKNOWN_BASELINE.
   */
  pairs(
    runs: readonly RunRow[],
    baseline: string,
    space?: string | null,
    measure?: MeasureName,
  ): Promise<PairwiseTest[]>
}

export interface ComparisonsContext extends PlanContext {
  readonly queue: JobQueue
  readonly changes: Changes
  readonly rowStatistics: RowStatistics
  readonly job: ComparisonJobContext
  /** What a job does where several processes share the work; by default all of a comparison. */
  readonly perform?: (id: string, signal: AbortSignal) => Promise<void>
  /** Called with every fault of the disk or the database after which a comparison is retried. */
  readonly onFault: (comparison: string, fault: ShotboardError) => void
  /** The largest number of queued and running comparisons. */
  readonly maxOpen: number
  /** The number of comparisons that run at the same time. */
  readonly atOnce: number
}

export function createComparisons(context: ComparisonsContext): Comparisons {
  const { store, registry, queue, changes, rowStatistics } = context

  const watchedRuns = createWatchedRuns({ store, changes })
  const { enqueue, cancel, watch, watchOpen, ended, resume } = createRecordedJobs<ComparisonRow>({
    queue,
    kind: 'compare',
    concurrency: context.atOnce,
    // A shared comparison only plans, several times at once. Its runs count their starts.
    maxSharedStarts: Number.POSITIVE_INFINITY,
    records: store.comparisons,
    changes,
    onWatched: watchedRuns.keep,
    run: context.perform ?? ((id, signal) => runComparison(context.job, id, signal)),
    fail: (id, { message, code }) => store.comparisons.fail(id, { error: message, errorCode: code }),
    park: (id, { message, code }) =>
      store.comparisons.update(id, { status: 'QUEUED', error: message, errorCode: code }),
    onFault: context.onFault,
    writeCancelled: ({ id }) => store.comparisons.cancel(id),
    notFoundError: errors.unknownComparison,
    finishedError: errors.comparisonFinished,
  })

  async function start(input: CompareInput, reuse: boolean): Promise<ComparisonRow> {
    const planned = await planComparison(context, input)
    const existing = reuse ? await store.comparisons.findByFingerprint(planned.fingerprint) : null
    const max = context.maxOpen
    if (!existing && (await store.comparisons.countUnfinished()) >= max)
      throw errors.tooManyComparisons({ max })
    const comparison = existing ?? (await store.comparisons.create(planned))
    if (!hasEnded(comparison)) await enqueue(comparison.id)
    return comparison
  }

  async function changed(
    id: string,
    changes: Parameters<typeof store.comparisons.describe>[1],
  ): Promise<ComparisonRow> {
    const comparison = await store.comparisons.describe(id, changes)
    if (!comparison) throw errors.unknownComparison({ id }, 'id')
    return comparison
  }

  function rows(runs: readonly RunRow[]): Promise<ComparedRow[]> {
    const results = new Map(runs.flatMap(({ id, result }) => (result ? [[id, result] as const] : [])))
    const groups = groupRuns(runs.flatMap((run) => measuredRunOf(run) ?? []))
    return Promise.all(
      groups.map(async (group) => {
        const measured = group.flatMap(({ id }) => results.get(id) ?? [])
        const prompts = measured.flatMap((result) => result.prompts ?? [])
        return {
          ...(await rowStatistics.row(group)),
          perClass: rangeOfSizes(measured.map(({ perClass }) => perClass)),
          prompts: prompts.length < measured.length ? null : rangeOfSizes(prompts),
        }
      }),
    )
  }

  return {
    compare: (input) => start(input, false),
    compareOnce: (input) => start(input, true),
    describe: async (id, description) => changed(id, describedOf(description)),
    async discard(id) {
      const known = await store.comparisons.get(id)
      if (known && !hasEnded(known)) throw errors.comparisonNotFinished({ id }, 'id')
      return known?.discardedAt ? known : changed(id, { discardedAt: new Date() })
    },
    restore: (id) => changed(id, { discardedAt: null }),
    cancel,
    ended,
    watch,
    watchOpen,
    runsOf: watchedRuns.runsOf,
    async changedSince(comparison, runs) {
      const known = new Map(context.encoders.all.map((encoder) => [encoder.id, encoder]))
      const encoders = encodersOf(runs).flatMap((id) => known.get(id) ?? [])
      if (encoders.length < encodersOf(runs).length) return true
      return !(await hasSameContents(context, comparison, encoders, runs))
    },
    resume,
    rows,
    async pairs(runs, baseline, space, measure = 'accuracy') {
      const found = findMethodInSpace(runs, registry, baseline, space, ['baseline', 'baselineSpace'])
      const isBaseline = (row: SummaryRow) => row.method === found.method && row.space === found.space
      const readable = (await rows(runs)).filter(({ error }) => error === undefined)
      return comparePairs(readable, isBaseline, measure, rowStatistics.difference)
    },
  }
}

/** A run's measures; undefined if it has not finished. */
function measuredRunOf({ result, ...run }: RunRow): MeasuredRun | undefined {
  if (!result) return undefined
  const { id, encoder, method, space, shots, seed, selection, coverage } = run
  const { unshiftedAccuracy, labelledImages } = result
  const request = { id, encoder, method, space, shots, seed, selection, coverage }
  return { ...request, unshiftedAccuracy, labelledImages, ...pickMeasures(result) }
}
