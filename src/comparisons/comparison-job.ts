import type { DatasetContents } from '../datasets/dataset-contents.js'
import type { EncodedData, LoadOptions } from '../datasets/encoded-data.js'
import type { Encoders } from '../encoders/encoders.js'
import { errors, reasonOf } from '../errors.js'
import { evaluate } from '../evaluation/evaluate.js'
import type { FittedMethod } from '../evaluation/fit.js'
import type { Support } from '../features/support.js'
import type { Generics } from '../generic/generics.js'
import { createProgress } from '../jobs/progress.js'
import { hasEnded } from '../jobs/recorded-jobs.js'
import { pickMeasures } from '../measures.js'
import type { Registry } from '../plugins/registry.js'
import type { ComparisonRow } from '../store/comparisons.js'
import { encodersOf, type RunAttempt, type RunRow } from '../store/runs.js'
import type { Store } from '../store/store.js'
import { throwIfCancelled, untilCancelled } from '../system/abort.js'
import type { KeyedLock } from '../system/keyed-lock.js'
import { isStorageFault } from '../system/storage-fault.js'
import { withoutPaths } from '../system/without-paths.js'
import type { Kernels } from '../tensor/kernels.js'
import { classSizes } from './class-sizes.js'
import { collectProvenance, type ProvenanceOf } from './collect-provenance.js'
import { type ComparisonFeatures, createComparisonFeatures } from './comparison-features.js'
import { keptClasses, numberAsDataset } from './held-out.js'
import { requireSameContents } from './require-same-contents.js'
import { type CodeOf, isOfCode } from './run-code.js'
import { followRun, type RunProgress } from './run-progress.js'
import type { RunResults } from './run-results.js'

export interface ComparisonJobContext {
  readonly store: Store
  readonly encoders: Encoders
  readonly registry: Registry
  readonly kernels: Kernels
  readonly encodedData: EncodedData
  readonly contents: DatasetContents
  readonly runResults: RunResults
  readonly codeOf: CodeOf
  readonly generics: Generics
  /** Comparisons may share runs. The lock lets one of them at a time work on a run. */
  readonly runLock: KeyedLock
}

/** The work of a run for the progress, in images: search and scoring take about as long as encoding this many. */
const imagesPerRun = 100

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
  await store.comparisons.update(id, { status: 'RUNNING', error: null })
  const runs = await store.comparisons.runs(id)
  try {
    await performRuns(context, comparison, runs, signal)
  } catch (error) {
    if (signal.aborted || isStorageFault(error)) throw error
    // A problem of the whole comparison, such as a missing encoder.
    return store.comparisons.fail(id, withoutPaths(reasonOf(error)))
  }
  const problem = problemOf(await store.comparisons.runs(id))
  await store.comparisons.update(id, {
    status: problem === null ? 'SUCCEEDED' : 'FAILED',
    error: problem,
    progress: 1,
    finishedAt: new Date(),
  })
}

const isOpen = ({ status }: RunRow): boolean => status !== 'SUCCEEDED' && status !== 'FAILED'

/** The error message for failed runs; null if none has failed. */
function problemOf(runs: readonly RunRow[]): string | null {
  const failed = runs.filter(({ status }) => status === 'FAILED' || status === 'CANCELLED')
  const [first] = failed
  if (!first) return null
  const name = `${first.method}${first.space ? ` in ${first.space}` : ''}`
  return `${failed.length} of ${runs.length} runs failed; the first: ${name}: ${first.error ?? 'it was cancelled'}`
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
          await performRun(context, run, attempt, shared, provenanceOf, { signal, onEncoded, following })
        } catch (error) {
          if (signal.aborted || isStorageFault(error)) throw error
          await attempt.fail(withoutPaths(reasonOf(error)))
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

async function performRun(
  { encoders, registry, kernels, runResults, codeOf, generics }: ComparisonJobContext,
  run: RunRow,
  attempt: RunAttempt,
  shared: ComparisonFeatures,
  provenanceOf: ProvenanceOf,
  loading: LoadOptions & { readonly following: RunProgress },
): Promise<void> {
  const { signal, following } = loading
  const method = registry.method(run.method)
  const space = registry.space(run.space ?? 'clip')
  const generic =
    run.space !== null && space.usesGeneric
      ? await generics.of(encoders.get(run.encoder), run.datasetId)
      : null
  const code = codeOf(method, run.space === null ? null : space, generic)
  if (!isOfCode(run, code)) throw errors.codeChanged({ method: run.method, space: run.space })
  const { supportSet, support, caches, prompts, ms: supportMs } = await shared.support(run, loading)
  const { test, unshifted, unknown, ms: testMs } = await shared.test(loading)
  const validation = run.selection === 'VALIDATION' ? await shared.validation(loading) : undefined
  following.onRead()

  const evaluating = evaluate({
    method,
    space,
    support,
    caches,
    selection: run.selection,
    search: run.search,
    onProgress: following.onSearched,
    onEstimate: ({ milliseconds }) => following.onEstimate(milliseconds),
    ...(validation && { validation: validation.labelled }),
    fixed: run.fixed,
    test,
    ...(unshifted && { unshifted }),
    ...(unknown && { unknown }),
    ...(run.coverage !== null && { coverage: run.coverage }),
    klScaling: run.klScaling,
    kernels,
    ...(signal && { signal }),
  })
  const evaluation = await untilCancelled(signal, evaluating)
  const { fitted, unshifted: own, ...predictions } = evaluation
  const asDataset = numberAsDataset(keptClasses(support.classes + run.holdOut.length, run.holdOut))
  const results = { ...asDataset(predictions), ...(own && { unshifted: asDataset(own) }) }
  if (!(await attempt.isCurrent())) return
  await runResults.write(run.id, results, provenanceOf(method, space, code, generic, prompts))
  await attempt.succeed({
    supportSetId: supportSet.id,
    selectionImages: fitted.selectionImages,
    selectionAccuracy: fitted.selectionAccuracy,
    labelledImages: labelledImagesOf(run, fitted, support),
    perClass: classSizes(imagesPerClass(support)),
    prompts,
    temperature: fitted.temperature,
    hyperparameters: fitted.values,
    ...pickMeasures(evaluation),
    unshiftedAccuracy: evaluation.unshifted?.accuracy ?? null,
    testImages: evaluation.images,
    encodeMs: supportMs + testMs + (validation?.ms ?? 0),
    searchMs: fitted.searchMs,
    scoreMs: evaluation.scoreMs,
  })
}

function imagesPerClass({ labels, classes }: Support): number[] {
  const counts = new Array<number>(classes).fill(0)
  for (const label of labels) counts[label] = (counts[label] as number) + 1
  return counts
}

/**
 * The labelled images that the accuracy rests on: the support set if the method compares images, and the selection images if a
 * hyperparameter was selected. With LEAVE_ONE_OUT these are the support images again.
 */
function labelledImagesOf(
  run: RunRow,
  { method, selectionImages }: FittedMethod,
  { labels }: Support,
): number {
  const supportImages = run.space === null ? 0 : labels.length
  const isSearched = Object.keys(method.hyperparameters).some((name) => !(name in run.fixed))
  const selected = isSearched ? selectionImages : 0
  return run.selection === 'VALIDATION' ? supportImages + selected : Math.max(supportImages, selected)
}
