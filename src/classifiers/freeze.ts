import { keptClasses } from '../comparisons/held-out.js'
import type { ComparedRow } from '../comparisons/row-statistics.js'
import type { DatasetContents } from '../datasets/dataset-contents.js'
import type { EncodedData } from '../datasets/encoded-data.js'
import { ShotboardError } from '../errors.js'
import { thresholdOf } from '../evaluation/prediction-set.js'
import type { Registry } from '../plugins/registry.js'
import type { NewClassifierVersion } from '../store/classifiers.js'
import type { RunRow } from '../store/runs.js'
import type { Store } from '../store/store.js'
import type { Kernels } from '../tensor/kernels.js'
import { versions } from '../version.js'
import type { ClassifierTensors } from './classifier-files.js'
import type { ClassifierRequest } from './classifier-request.js'
import type { Fits } from './fits.js'
import { type Frozen, storedRanges } from './frozen.js'
import { fitToKeep } from './kept-space.js'
import { measureOwnFigures } from './own-figures.js'
import { termsToKeep } from './scoring-head.js'

export interface FreezeContext {
  readonly store: Store
  readonly contents: DatasetContents
  readonly registry: Registry
  readonly kernels: Kernels
  readonly encodedData: EncodedData
  readonly rowsOf: (runs: readonly RunRow[]) => Promise<ComparedRow[]>
}

/** A version that is ready to be stored, without its id. */
export interface FrozenVersion {
  readonly row: Omit<NewClassifierVersion, 'id'>
  readonly tensors: ClassifierTensors
}

/** Fits a classifier and freezes all that decides its answers. Throws what its method is at fault for. */
export async function freeze(
  context: FreezeContext,
  fits: Fits,
  { question, coverage, comparison, runs }: ClassifierRequest,
): Promise<FrozenVersion> {
  const { supportSet, encoder, classes: all, methods, selection, search, holdOut } = question
  const { store, contents, registry, kernels, rowsOf } = context
  const { support, fitted: results } = await fits.fit(question)
  const [fitted] = results
  if (fitted === undefined || fitted instanceof ShotboardError) throw fitted ?? new Error('no method')
  const [chosen] = methods
  const { method } = fitted
  const space = chosen?.space ?? null
  const base = space?.base ?? 'clip'
  const dataset = await store.datasets.get(supportSet.datasetId)
  const drawn = await store.supportSets.images(supportSet.id)
  const kept = new Set(keptClasses(all.length, holdOut))
  const images = drawn.filter(({ classIndex }) => kept.has(classIndex)).map(({ imageId }) => imageId)
  const { shots, drawing, seed, augmentations } = supportSet
  const threshold = thresholdOf(fitted.calibration, coverage)
  const frozen: Frozen = {
    format: 1,
    encoder: {
      ...{ id: encoder.id, name: encoder.name, dimensions: encoder.dimensions },
      ...{ logitScale: encoder.logitScale, files: encoder.files },
      fingerprints: Object.fromEntries(['clip', base].map((each) => [each, encoder.spaceFingerprint(each)])),
      adapter: encoder.adapters[base] ?? null,
    },
    method: registry.identityOf(method),
    space: space && registry.identityOf(space),
    base,
    hyperparameters: fitted.values,
    ranges: storedRanges(fitted.ranges) as Frozen['ranges'],
    temperature: fitted.temperature,
    typicalSpread: fitted.typicalSpread,
    coverage,
    threshold,
    classes: all
      .filter(({ index }) => kept.has(index))
      .map(({ name, prompts }) => ({ name, prompts: [...prompts] })),
    support: { id: supportSet.id, shots, drawing, seed, augmentations, images: images.length },
    selection: {
      protocol: selection,
      search,
      images: fitted.selectionImages,
      accuracy: fitted.selectionAccuracy,
    },
    dataset: {
      id: supportSet.datasetId,
      name: dataset?.name ?? supportSet.datasetId,
      fingerprint: await contents.fingerprint(supportSet.datasetId),
    },
    measured: await measuredOf(store, rowsOf, runs, comparison?.id),
    versions,
  }
  return {
    row: {
      ...{ encoder: encoder.id, method: method.id, space: space?.id ?? null, frozen },
      datasetId: supportSet.datasetId,
      comparisonId: comparison?.id ?? null,
    },
    tensors: {
      ...{ support, images, calibration: fitted.calibration },
      fit: await fitToKeep(fitted.cache, support, method.needs),
      terms: await termsToKeep(fitted),
      ownFigures: await measureOwnFigures(context, question, fitted, { base, threshold }),
      prompts: method.needs?.includes('prompts') ? ((await support.prompts?.()) ?? null) : null,
      generic: space?.usesGeneric ? ((await (await support.generic?.())?.whitened(kernels)) ?? null) : null,
    },
  }
}

/** What the comparison measured of the row. */
async function measuredOf(
  store: Store,
  rowsOf: FreezeContext['rowsOf'],
  runs: readonly RunRow[],
  comparison: string | undefined,
): Promise<Frozen['measured']> {
  const [row] = await rowsOf(runs)
  const [run] = runs
  if (comparison === undefined || row === undefined || run === undefined) return null
  const { accuracy, calibrationError, sets } = row
  const testedOn = await store.datasets.get(run.testDatasetId ?? run.datasetId)
  return {
    ...{ comparison, shots: run.shots, selection: run.selection, accuracy, calibrationError },
    testDataset: testedOn?.name ?? run.datasetId,
    testImages: run.result?.testImages ?? 0,
    sets: sets && { promised: sets.promised, coverage: sets.coverage, size: sets.size },
  }
}
