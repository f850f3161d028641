import type { DatasetContents } from '../datasets/dataset-contents.js'
import type { EncodedData, LoadOptions } from '../datasets/encoded-data.js'
import { evaluate } from '../evaluation/evaluate.js'
import type { FittedMethod } from '../evaluation/fit.js'
import type { Support } from '../features/support.js'
import { pickMeasures } from '../measures.js'
import type { RunAttempt, RunRow } from '../store/runs.js'
import type { Store } from '../store/store.js'
import { untilCancelled } from '../system/abort.js'
import type { ProcessorKind } from '../system/processor-kind.js'
import type { Kernels } from '../tensor/kernels.js'
import { classSizes } from './class-sizes.js'
import type { ProvenanceOf } from './collect-provenance.js'
import type { ComparisonFeatures } from './comparison-features.js'
import { keptClasses, numberAsDataset } from './held-out.js'
import type { RunProgress } from './run-progress.js'
import type { RunResults } from './run-results.js'
import type { RunCodeContext, RunWithCode } from './run-with-code.js'

export interface RunContext extends RunCodeContext {
  readonly store: Store
  readonly kernels: Kernels
  readonly encodedData: EncodedData
  readonly contents: DatasetContents
  readonly runResults: RunResults
  /** The kind of processor that this machine has. */
  readonly processor: ProcessorKind
}

/**
 * Performs a run, and writes its results unless another attempt has taken over. Throws CANCELLED when the signal aborts, or
 * what its method throws.
 */
export async function performRun(
  { kernels, runResults }: RunContext,
  { run, method, space, generic, code }: RunWithCode,
  attempt: RunAttempt,
  shared: ComparisonFeatures,
  provenanceOf: ProvenanceOf,
  loading: LoadOptions & { readonly following: RunProgress },
): Promise<void> {
  const { signal, following } = loading
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
  const { fitted, temperature, unshifted: own, ...predictions } = evaluation
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
    temperature,
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
