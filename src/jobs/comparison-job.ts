import type { Support } from '../cache/cache.js'
import { type Caches, createCaches } from '../cache/caches.js'
import type { Encoder } from '../encoders/encoder.js'
import type { Encoders } from '../encoders/encoders.js'
import { errors, reasonOf } from '../errors.js'
import { evaluate } from '../evaluation/evaluate.js'
import type { Labelled } from '../evaluation/protocol.js'
import type { Provenance } from '../evaluation/provenance.js'
import type { ResultFiles } from '../evaluation/result-file.js'
import type { Registry } from '../methods/registry.js'
import type { FeatureSpace } from '../spaces/contract.js'
import type { ComparisonRow } from '../store/comparisons.js'
import type { RunRow } from '../store/runs.js'
import type { Store } from '../store/store.js'
import type { SupportSetRow } from '../store/support-sets.js'
import type { Kernels } from '../tensor/kernels.js'
import type { LoadOptions, Materials } from './materials.js'
import { createProgress } from './progress.js'
import { provenanceOf } from './provenance.js'

export interface ComparisonJobContext {
  readonly store: Store
  readonly encoders: Encoders
  readonly registry: Registry
  readonly kernels: Kernels
  readonly materials: Materials
  readonly resultFiles: ResultFiles
}

/** A run counts as much work as so many images to encode: its search and its scoring take about as long. */
const imagesPerRun = 100

/**
 * Works through the runs of a comparison that are not finished yet. A run that fails says why in its own record and does
 * not stop the others; the comparison then ends as FAILED with its good rows readable. Throws CANCELLED when the signal
 * says so, and leaves the records to whoever cancelled.
 */
export async function runComparison(
  context: ComparisonJobContext,
  comparison: ComparisonRow,
  signal: AbortSignal,
): Promise<void> {
  const { store } = context
  await store.comparisons.update(comparison.id, { status: 'RUNNING' })
  const runs = (await store.comparisons.runs([comparison.id])).get(comparison.id) ?? []
  const open = runs.filter(({ status }) => status !== 'SUCCEEDED')
  let problem: string | null = null
  try {
    const failures = await performRuns(context, comparison, open, signal)
    if (failures.length > 0) {
      problem = `${failures.length} of ${runs.length} runs failed; the first: ${failures[0]}`
    }
  } catch (error) {
    if (signal.aborted) throw error
    // Nothing that a single run could be blamed for, such as an encoder that is not there any more.
    problem = reasonOf(error)
    for (const { id } of open) {
      await store.runs.start(id)
      await store.runs.fail(id, problem)
    }
  }
  await store.comparisons.update(comparison.id, {
    status: problem === null ? 'SUCCEEDED' : 'FAILED',
    error: problem,
    progress: 1,
    finishedAt: new Date(),
  })
}

/** Returns what the runs that failed say. */
async function performRuns(
  context: ComparisonJobContext,
  comparison: ComparisonRow,
  open: readonly RunRow[],
  signal: AbortSignal,
): Promise<string[]> {
  const { store } = context
  const encoder = context.encoders.get(comparison.encoder)
  const loader = createLoader(context, comparison, encoder, open)
  const provenance = await provenanceOf(store, comparison, encoder)
  const total = (await loader.imagesToEncode()) + open.length * imagesPerRun
  const progress = createProgress({
    before: comparison.progress,
    total,
    write: (progress) => store.comparisons.update(comparison.id, { progress }),
  })

  const failures: string[] = []
  try {
    for (const run of open) {
      if (signal.aborted) throw errors.cancelled({})
      try {
        await performRun(context, run, loader, provenance, {
          signal,
          onEncoded: (images) => progress.add(images),
        })
      } catch (error) {
        if (signal.aborted) throw error
        failures.push(`${run.method}${run.space ? ` in ${run.space}` : ''}: ${reasonOf(error)}`)
        await store.runs.fail(run.id, reasonOf(error))
      }
      progress.add(imagesPerRun)
    }
  } finally {
    // Whoever waits for the job may close the database next.
    await progress.settled()
  }
  return failures
}

async function performRun(
  { store, registry, kernels, resultFiles }: ComparisonJobContext,
  run: RunRow,
  loader: Loader,
  provenance: (space: FeatureSpace) => Provenance,
  loading: LoadOptions,
): Promise<void> {
  await store.runs.start(run.id)
  const method = registry.method(run.method)
  const space = registry.space(run.space ?? 'clip')
  const { supportSet, support, caches, ms: supportMs } = await loader.support(run, loading)
  const { test, unshifted, ms: testMs } = await loader.test(loading)
  const validation = run.selection === 'VALIDATION' ? await loader.split('VALIDATION', loading) : undefined
  await store.runs.progress(run.id, 0.5)

  const evaluation = await evaluate({
    method,
    space,
    support,
    cache: await caches.in(space),
    selection: run.selection,
    ...(validation && { validation: validation.labelled }),
    fixed: run.fixed,
    test,
    ...(unshifted && { unshifted }),
    klScaling: run.klScaling,
    kernels,
    ...(loading.signal && { signal: loading.signal }),
  })
  const { predicted, confidence } = evaluation
  await resultFiles.write(run.id, { labels: test.labels, predicted, confidence }, provenance(space))
  await store.runs.succeed(run.id, {
    supportSetId: supportSet.id,
    selectionImages: evaluation.fitted.selectionImages,
    selectionAccuracy: evaluation.fitted.selectionAccuracy,
    hyperparameters: evaluation.fitted.values,
    accuracy: evaluation.accuracy,
    top5Accuracy: evaluation.top5Accuracy,
    calibrationError: evaluation.calibrationError,
    unshiftedAccuracy: evaluation.unshiftedAccuracy,
    testImages: evaluation.images,
    encodeMs: supportMs + testMs + (validation?.ms ?? 0),
    searchMs: evaluation.fitted.searchMs,
    scoreMs: evaluation.scoreMs,
  })
}

/** The features that a comparison's runs share, each loaded when first needed and timed. */
interface Loader {
  support(
    run: RunRow,
    options: LoadOptions,
  ): Promise<{ supportSet: SupportSetRow; support: Support; caches: Caches; ms: number }>
  split(split: 'VALIDATION' | 'TEST', options: LoadOptions): Promise<{ labelled: Labelled; ms: number }>
  /** The test images; where they are another dataset's, the dataset's own besides, unless it has none. */
  test(options: LoadOptions): Promise<{ test: Labelled; unshifted?: Labelled; ms: number }>
  imagesToEncode(): Promise<number>
}

function createLoader(
  { store, registry, materials, kernels }: ComparisonJobContext,
  { datasetId, testDatasetId, lastImage }: ComparisonRow,
  encoder: Encoder,
  runs: readonly RunRow[],
): Loader {
  // A space that is not registered any more fails the runs that are in it, and no others.
  const used = registry.spaces.filter(({ id }) => runs.some(({ space }) => space === id))
  const spaces = [...new Set(used.map(({ base }) => base))]
  const supports = new Map<string, ReturnType<Loader['support']>>()
  const splits = new Map<string, ReturnType<Loader['split']>>()

  const drawOf = ({ shots, seed, augmentations }: RunRow) => JSON.stringify([shots, seed, augmentations])
  const supportSetOf = ({ shots, seed, augmentations }: RunRow) =>
    materials.supportSet({ datasetId, encoder: encoder.id, shots, seed, augmentations }, lastImage)

  const split: Loader['split'] = (name, options) =>
    once(splits, name, async () => {
      const images = await store.datasets.images(datasetId, name, lastImage)
      const started = performance.now()
      const labelled = await materials.labelled(images, encoder, spaces, options)
      return { labelled, ms: performance.now() - started }
    })
  const shifted = (testDataset: string, options: LoadOptions) =>
    once(splits, 'shifted', async () => {
      const images = await materials.testImages(testDataset, datasetId, lastImage)
      const started = performance.now()
      const labelled = await materials.labelled(images, encoder, spaces, options)
      return { labelled, ms: performance.now() - started }
    })

  return {
    support(run, options) {
      const key = drawOf(run)
      // Runs of one support set stand together: the last one's caches have served when the next one comes.
      if (!supports.has(key)) supports.clear()
      return once(supports, key, async () => {
        const supportSet = await supportSetOf(run)
        const started = performance.now()
        const support = await materials.support(supportSet, encoder, spaces, options)
        const ms = performance.now() - started
        return { supportSet, support, caches: createCaches(support, kernels), ms }
      })
    },
    split,
    async test(options) {
      const own = await split('TEST', options)
      if (testDatasetId === null) return { test: own.labelled, ms: own.ms }
      const { labelled: test, ms } = await shifted(testDatasetId, options)
      return { test, ms, ...(own.labelled.labels.length > 0 && { unshifted: own.labelled }) }
    },
    async imagesToEncode() {
      if (runs.length === 0) return 0
      const wantsValidation = runs.some(({ selection }) => selection === 'VALIDATION')
      const images = await store.datasets.images(datasetId, 'TEST', lastImage)
      if (testDatasetId !== null) {
        images.push(...(await materials.testImages(testDatasetId, datasetId, lastImage)))
      }
      if (wantsValidation) {
        images.push(...(await store.datasets.images(datasetId, 'VALIDATION', lastImage)))
      }
      let missing = await materials.missing(images, encoder, spaces, 1)
      // Support sets overlap; each image of them is encoded once for its recipe.
      const drawn = new Map<number, Map<string, { imageId: string; classIndex: number }>>()
      for (const run of new Map(runs.map((each) => [drawOf(each), each])).values()) {
        const supportSet = await supportSetOf(run)
        const rows = (await store.supportSets.images([supportSet.id])).get(supportSet.id) ?? []
        const known = drawn.get(run.augmentations) ?? new Map()
        for (const row of rows) known.set(row.imageId, row)
        drawn.set(run.augmentations, known)
      }
      for (const [augmentations, rows] of drawn) {
        missing += await materials.missing([...rows.values()], encoder, spaces, augmentations)
      }
      return missing
    },
  }
}

/** A result that failed is not kept, so that the next run tries again. */
function once<T>(known: Map<string, Promise<T>>, key: string, compute: () => Promise<T>): Promise<T> {
  const found = known.get(key)
  if (found) return found
  const result = compute()
  known.set(key, result)
  result.catch(() => known.delete(key))
  return result
}
