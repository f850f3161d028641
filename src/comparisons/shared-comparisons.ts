import { LRUCache } from 'lru-cache'
import { errors, type ShotboardError } from '../errors.js'
import type { Changes } from '../jobs/changes.js'
import { hasEnded } from '../jobs/has-ended.js'
import type { Job, JobKind } from '../jobs/job.js'
import { jobProblemOf, noProblem } from '../jobs/job-problem.js'
import type { JobQueue } from '../jobs/job-queue.js'
import { retryOnStorageFault } from '../jobs/retry-on-storage-fault.js'
import { untilRecordEnds } from '../jobs/until-record-ends.js'
import type { ComparisonRow } from '../store/comparisons.js'
import { encodersOf, type RunRow } from '../store/runs.js'
import type { WorkerRow } from '../store/workers.js'
import { isStorageFault } from '../system/storage-fault.js'
import { collectProvenance, type ProvenanceOf } from './collect-provenance.js'
import { type ComparisonFeatures, createComparisonFeatures } from './comparison-features.js'
import { endComparison, imagesPerRun } from './comparison-job.js'
import { encodeJobOf, encodePartOf, encodePartsOf, imagesOfPart } from './encode-parts.js'
import { performRun, type RunContext } from './perform-run.js'
import { requireSameContents } from './require-same-contents.js'
import { followRun } from './run-progress.js'
import { requireRunCode } from './run-with-code.js'

export interface SharedComparisonsContext extends RunContext {
  readonly queue: JobQueue
  readonly changes: Changes
  /** The number of jobs of a kind that this process does at the same time. */
  readonly concurrency: number
  readonly onFault: (id: string, fault: ShotboardError) => void
}

/** A run is not started again once its process has ended this often without stopping it. */
const maxStarts = 10
/** The kinds of jobs without which no comparison ends. */
const neededKinds: readonly JobKind[] = ['encode', 'run']
/** How many encoders of comparisons keep their features between runs. */
const maxKept = 4

interface Kept {
  readonly features: ComparisonFeatures
  readonly provenanceOf: ProvenanceOf
}

/**
 * Comparisons whose work many processes share. A comparison plans its next step and ends: first its images are encoded, in parts
 * that other comparisons share; then each run is a job of its own, as comparisons share runs too; every job that ends asks the
 * comparisons that wait for it to plan again. Each step looks at what the database has, so a job that is lost or done
 * twice costs time and nothing else.
 *
 * Registers the handlers of `encode` and `run`, and returns what a job of `compare` does.
 */
export function createSharedComparisons(
  context: SharedComparisonsContext,
): (id: string, signal: AbortSignal) => Promise<void> {
  const { store, queue, changes, concurrency } = context
  const kept = new LRUCache<string, Promise<Kept>>({ max: maxKept })

  async function advance(id: string, signal: AbortSignal): Promise<void> {
    const comparison = await store.comparisons.get(id)
    if (!comparison || hasEnded(comparison)) return
    try {
      await planNext(comparison)
    } catch (error) {
      if (signal.aborted || isStorageFault(error)) throw error
      await store.comparisons.fail(id, jobProblemOf(error))
    }
  }

  /**
   * The comparison with the kind of processor that its features come from: that of most of the workers that do runs. It is chosen again
   * if such workers have gone before there was a result. Undefined while it waits for a worker, and then its record says so.
   */
  async function withProcessor(comparison: ComparisonRow): Promise<ComparisonRow | undefined> {
    const { id } = comparison
    const able = ableProcessors(await store.workers.alive())
    const chosen = comparison.processor ?? undefined
    const isKept = chosen !== undefined && (able.includes(chosen) || (await hasResultOf(id, chosen)))
    const processor = isKept ? chosen : (able[0] ?? chosen)
    if (processor === undefined || !able.includes(processor)) {
      const { message, code } = errors.noWorker({ processor: processor ?? null, kinds: neededKinds })
      await store.comparisons.update(id, { error: message, errorCode: code })
    } else if (comparison.errorCode === errors.noWorker.code) {
      await store.comparisons.update(id, noProblem)
    }
    if (processor === undefined) return undefined
    if (processor !== chosen) await store.comparisons.chooseProcessor(id, processor)
    return { ...comparison, processor }
  }

  async function hasResultOf(id: string, processor: string): Promise<boolean> {
    const runs = await store.comparisons.runs(id)
    return runs.some((run) => run.processor === processor && run.status === 'SUCCEEDED')
  }

  async function planNext(planned: ComparisonRow): Promise<void> {
    const { id } = planned
    const comparison = await withProcessor(planned)
    if (!comparison) return
    const runs = await store.comparisons.runs(id)
    const open = runs.filter((run) => !hasEnded(run))
    if (open.length === 0) return endComparison(store, id, runs)
    const encoders = encodersOf(open).map((encoder) => context.encoders.get(encoder))
    if (comparison.status === 'QUEUED') {
      const all = encodersOf(runs).map((encoder) => context.encoders.get(encoder))
      await requireSameContents(context, comparison, all, runs)
      await store.comparisons.update(id, { status: 'RUNNING', ...noProblem })
    }
    const parts = []
    for (const encoder of encoders) {
      const own = open.filter((run) => run.encoder === encoder.id)
      parts.push(...(await encodePartsOf(context, comparison, encoder, own)))
    }
    await writeProgress(id, runs, parts)
    const missing = parts.filter((part) => part.missing > 0)
    if (missing.length > 0) for (const { part } of missing) await queue.add(encodeJobOf(part))
    else for (const run of open) await queue.add(runJobOf(run))
  }

  async function writeProgress(
    id: string,
    runs: readonly RunRow[],
    parts: readonly { readonly images: number; readonly missing: number }[],
  ): Promise<void> {
    const images = parts.reduce((sum, part) => sum + part.images, 0)
    const missing = parts.reduce((sum, part) => sum + part.missing, 0)
    const ended = runs.filter(hasEnded).length
    const done = images - missing + ended * imagesPerRun
    await store.comparisons.progress(id, done / (images + runs.length * imagesPerRun))
  }

  /** Asks comparisons to plan again. The name says what has ended, so that no request is lost to an earlier one. */
  async function wake(comparisons: readonly ComparisonRow[], ended: Job): Promise<void> {
    const part = [ended.kind, ended.id, ...(ended.part === undefined ? [] : [ended.part])].join('/')
    for (const { id } of comparisons) await queue.add({ kind: 'compare', id, part })
  }

  async function encode(job: Job, signal: AbortSignal): Promise<void> {
    const part = encodePartOf(job)
    const waiting = await comparisonsWith(part.dataset)
    if (waiting.length === 0) return
    try {
      const images = await imagesOfPart(store, part)
      const encoder = context.encoders.get(part.encoder)
      const { processor } = part
      await context.encodedData.labelled(images, encoder, part.spaces, { signal, processor })
    } catch (error) {
      if (signal.aborted || isStorageFault(error)) throw error
      for (const { id } of waiting) {
        const runs = await store.comparisons.runs(id)
        if (encodersOf(runs).includes(part.encoder)) await store.comparisons.fail(id, jobProblemOf(error))
      }
      return
    }
    await wake(await comparisonsWith(part.dataset), job)
  }

  /** The unfinished comparisons that may use images of a dataset. */
  async function comparisonsWith(dataset: string): Promise<ComparisonRow[]> {
    const unfinished = await store.comparisons.unfinished()
    const others = unfinished.filter(
      ({ datasetId, testDatasetId }) => datasetId !== dataset && testDatasetId !== dataset,
    )
    const runsOf = await store.comparisons.runsOf(others.map(({ id }) => id))
    return unfinished.filter(
      (each) =>
        !others.includes(each) ||
        runsOf.get(each.id)?.some(({ unknownDatasetId }) => unknownDatasetId === dataset),
    )
  }

  async function performJob(id: string, signal: AbortSignal): Promise<void> {
    const run = await store.runs.get(id)
    if (!run || hasEnded(run)) return
    const waiting = await store.comparisons.unfinishedWith(id)
    const comparison = waiting.find(({ processor }) => processor === run.processor) ?? waiting[0]
    if (!comparison) return
    // It was queued before its kind of processor was chosen.
    if (run.processor !== null && run.processor !== context.processor.name) return queue.add(runJobOf(run))
    // A process with other code leaves the run to others.
    const withCode = await requireRunCode(context, run)
    const starts = await store.runs.countStart(id)
    const attempt = await store.runs.start(id)
    if (!attempt) return
    // The comparison's own progress counts ended runs.
    const following = followRun({ writeProgress: attempt.progress, writeEstimate: attempt.estimate })
    try {
      if (starts > maxStarts) throw errors.jobEndedProcess({ times: maxStarts })
      const { processor } = run
      const { features, provenanceOf } = await keptFor({ ...comparison, processor }, run.encoder)
      await performRun(context, withCode, attempt, features, provenanceOf, { signal, following })
    } catch (error) {
      if (signal.aborted || isStorageFault(error)) throw error
      await attempt.fail(jobProblemOf(error))
    } finally {
      await following.end()
      await store.runs.forgetStarts(id).catch(() => undefined)
    }
    await wake(waiting, { kind: 'run', id })
  }

  function keptFor(comparison: ComparisonRow, encoderId: string): Promise<Kept> {
    const key = `${comparison.id} ${encoderId} ${context.encoders.get(encoderId).fingerprint}`
    const known = kept.get(key)
    if (known) return known
    const loading = load()
    loading.catch(() => kept.delete(key))
    kept.set(key, loading)
    return loading

    async function load(): Promise<Kept> {
      const encoder = context.encoders.get(encoderId)
      const runs = await store.comparisons.runs(comparison.id)
      const own = runs.filter((run) => run.encoder === encoderId)
      const provenanceWith = await collectProvenance(context.contents, comparison)
      return {
        features: createComparisonFeatures(context, comparison, encoder, own),
        provenanceOf: provenanceWith(encoder),
      }
    }
  }

  const retried = (id: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> =>
    retryOnStorageFault(work, { signal, onFault: async (fault) => context.onFault(id, fault) })

  queue.handle('encode', (job, signal) => retried(job.id, signal, () => encode(job, signal)), concurrency)
  queue.handle(
    'run',
    ({ id }, signal) =>
      untilRecordEnds({ id, signal, get: store.runs.get, watch: changes.watch }, (own) =>
        retried(id, own, () => performJob(id, own)),
      ),
    concurrency,
  )
  return advance
}

const runJobOf = ({ id, processor }: RunRow): Job => ({
  kind: 'run',
  id,
  ...(processor !== null && { processor }),
})

/** The kinds of processors whose workers do all that a comparison needs, those of most workers first. */
function ableProcessors(workers: readonly WorkerRow[]): string[] {
  const processors = [...new Set(workers.map(({ processor }) => processor))]
  return processors
    .map((processor) => [processor, workers.filter((worker) => worker.processor === processor)] as const)
    .filter(([, own]) => neededKinds.every((kind) => own.some(({ kinds }) => kinds.includes(kind))))
    .toSorted(([a, those], [b, these]) => these.length - those.length || (a < b ? -1 : 1))
    .map(([processor]) => processor)
}
