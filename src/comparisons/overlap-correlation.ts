import { errors } from '../errors.js'
import { type Coefficient, correlate } from '../evaluation/overlap/correlation.js'
import { correlationText } from '../evaluation/overlap/correlation-text.js'
import { overlapValue } from '../evaluation/overlap/overlap.js'
import type { LabelledImages } from '../features/labelled-images.js'
import { featuresOf } from '../features/space-features.js'
import { supportIn } from '../features/support.js'
import { clipFormOf, spaceValuesIn } from '../methods/contract.js'
import { fitSpace } from '../spaces/fit-space.js'
import type { ComparisonRow } from '../store/comparisons.js'
import { fingerprintInParts } from '../system/fingerprint.js'
import { firstRepeated } from '../system/first-repeated.js'
import { createPromiseCache } from '../system/promise-cache.js'
import { keptClasses, supportOfClasses } from './held-out.js'
import { testImagesOf } from './measured-images.js'
import type { OverlapContext } from './overlap.js'
import {
  comparableSettings,
  type FinishedRun,
  isFinished,
  type Pair,
  pairWithClip,
} from './pair-with-clip.js'

/** A method in a space, compared with the same method in `clip`, at one number of shots of one dataset. Means over seeds. */
export interface CorrelationPoint {
  readonly datasetId: string
  readonly encoder: string
  readonly method: string
  readonly space: string
  readonly shots: number
  /** The number of seeds that both have finished. */
  readonly seeds: number
  /**
   * The overlap of the test images in `clip` and in the space, from 0 to 1, and `clipOverlap - overlap`. A fitted space is
   * fitted on each seed's support set.
   */
  readonly clipOverlap: number
  readonly overlap: number
  readonly reduction: number
  /** Test accuracies in percent, and their difference in percentage points. */
  readonly clipAccuracy: number
  readonly accuracy: number
  readonly gain: number
}

type SeedPoint = Omit<CorrelationPoint, 'seeds'>

/** The encoded test images of a comparison. */
type TestImages = LabelledImages & { readonly fingerprint: string }

/** What the points say: of one dataset, or of all. */
export interface FoundCorrelation {
  /** What was found, as text with the interval. */
  readonly text: string
  /** The number of points. */
  readonly n: number
  /** Null if they cannot be computed; `reason` then says why. */
  readonly pearson: Coefficient | null
  readonly spearman: Coefficient | null
  readonly reason: string | null
}

export interface DatasetCorrelation extends FoundCorrelation {
  readonly datasetId: string
}

/** All datasets together; each dataset's means are taken out first. */
export interface OverlapCorrelation extends FoundCorrelation {
  readonly points: readonly CorrelationPoint[]
  /** Each dataset on its own, in the order of the points. */
  readonly byDataset: readonly DatasetCorrelation[]
}

/** The number of overlaps cached in memory, by test images, space and support set. */
const maxOverlaps = 10_000

/**
 * Correlates, over the runs of comparisons, the reduction of intra-modal overlap with the gain in accuracy, within each
 * dataset and within all of them (see `correlate`). A run counts if
 * any of the comparisons has a run of the same method in `clip` with the same support set and protocol. Throws EMPTY_LIST,
 * DUPLICATE_ENTRY, UNKNOWN_COMPARISON, INVALID_VALUE if a support set has been deleted, or UNKNOWN_SPACE if a space's plugin
 * is no longer loaded.
 */
export function createOverlapCorrelation(
  context: OverlapContext,
): (comparisons: readonly string[]) => Promise<OverlapCorrelation> {
  const { store, encoders, registry, kernels, encodedData } = context
  const overlaps = createPromiseCache<number>(maxOverlaps)

  /**
   * Encodes the test images of a comparison, as one of its runs was measured on them, without those that are gone and those of
   * classes that are held out.
   */
  async function testOf({ encoder, lastImage }: ComparisonRow, run: FinishedRun, bases: readonly string[]) {
    const holdOut = new Set(run.holdOut)
    const measured = await testImagesOf(context, run, lastImage)
    const kept = new Set(await store.images.known(measured.map(({ imageId }) => imageId)))
    const images = measured.flatMap((image) =>
      kept.has(image.imageId) && !holdOut.has(image.classIndex) ? [{ ...image, split: 'TEST' as const }] : [],
    )
    const labelled = await encodedData.labelled(images, encoders.get(encoder), bases)
    return { ...labelled, fingerprint: await fingerprintInParts(images) }
  }

  /** The overlap of test images in a space. A fitted space is fitted on the run's support set. */
  function overlapOf(
    { encoder: encoderId, method: methodId, result, holdOut }: FinishedRun,
    spaceId: string,
    test: TestImages,
  ): Promise<number> {
    const [encoder, space] = [encoders.get(encoderId), registry.space(spaceId)]
    const fittedOn = space.fit ? result.supportSetId : null
    const method = registry.methods.find(({ id }) => id === methodId)
    const values = method ? spaceValuesIn(method, space, result.hyperparameters) : result.hyperparameters
    const settings = Object.keys(space.hyperparameters ?? {}).map((name) => values[name])
    const key = JSON.stringify([
      encoder.spaceFingerprint(space.base),
      test.fingerprint,
      space.id,
      settings,
      fittedOn,
      holdOut,
    ])
    return overlaps.get(key, async () => {
      const supportSet = fittedOn === null ? null : await store.supportSets.get(fittedOn)
      if (space.fit && !supportSet) {
        const reason = `The support set on which ${space.name} was fitted has been deleted.`
        throw errors.invalidValue({ reason }, 'comparisons')
      }
      const whole = supportSet && (await encodedData.support(supportSet, encoder, [space.base]))
      const support = whole
        ? supportOfClasses(whole, keptClasses(whole.classes, holdOut))
        : { ...test, textClassifier: null }
      const { project } = await fitSpace(space, await supportIn(support, space), kernels, values)
      const features = await project(featuresOf(test.features, space.base))
      const classes = test.labels.reduce((max, label) => Math.max(max, label), 0) + 1
      return overlapValue({ features, labels: test.labels, classes, kernels })
    })
  }

  /** The reduction and gain of a run over the same method's run in `clip`. */
  async function measurePair({ run, clip }: Pair, test: TestImages): Promise<SeedPoint> {
    const [clipOverlap, overlap] = [
      await overlapOf(run, 'clip', test),
      await overlapOf(run, run.space ?? 'clip', test),
    ]
    return {
      datasetId: run.datasetId,
      encoder: run.encoder,
      method: run.method,
      space: run.space ?? 'clip',
      shots: run.shots,
      clipOverlap,
      overlap,
      reduction: clipOverlap - overlap,
      clipAccuracy: clip.result.accuracy,
      accuracy: run.result.accuracy,
      gain: run.result.accuracy - clip.result.accuracy,
    }
  }

  return async (ids) => {
    if (ids.length === 0) throw errors.emptyList({ what: 'comparison' }, 'comparisons')
    const repeated = firstRepeated(ids)
    if (repeated >= 0) {
      const name = ids[repeated] as string
      throw errors.duplicateEntry({ what: 'comparison', name }, `comparisons[${repeated}]`)
    }
    const comparisons = new Map((await store.comparisons.getMany(ids)).map((row) => [row.id, row]))
    const runsOf = await store.comparisons.runsOf(ids)
    const all: FinishedRun[] = []
    const ownerOf = new Map<string, ComparisonRow>()
    for (const [i, id] of ids.entries()) {
      const comparison = comparisons.get(id)
      if (!comparison) throw errors.unknownComparison({ id }, `comparisons[${i}]`)
      for (const run of runsOf.get(id) ?? []) {
        // Comparisons may share runs; each run counts once.
        if (!isFinished(run) || ownerOf.has(run.id)) continue
        ownerOf.set(run.id, comparison)
        all.push(run)
      }
    }
    const pairs = pairWithClip(all, (method) => {
      const known = registry.methods.find(({ id }) => id === method)
      return known ? clipFormOf(known) : method
    })
    const bases = [...new Set(pairs.map(({ run }) => registry.space(run.space ?? 'clip').base))]
    const tests = new Map<string, ReturnType<typeof testOf>>()
    const points = new Map<string, SeedPoint[]>()
    for (const pair of pairs) {
      const comparison = ownerOf.get(pair.run.id) as ComparisonRow
      const test = tests.get(comparison.id) ?? testOf(comparison, pair.run, bases)
      tests.set(comparison.id, test)
      const key = JSON.stringify([
        comparableSettings(pair.run),
        pair.run.method,
        pair.run.space,
        pair.run.shots,
      ])
      points.set(key, [...(points.get(key) ?? []), await measurePair(pair, await test)])
    }
    return correlationOf([...points.values()].map(meanOverSeeds))
  }
}

function meanOverSeeds(seeds: readonly SeedPoint[]): CorrelationPoint {
  const mean = (value: (point: SeedPoint) => number) =>
    seeds.reduce((sum, point) => sum + value(point), 0) / seeds.length
  return {
    ...(seeds[0] as SeedPoint),
    seeds: seeds.length,
    clipOverlap: mean((point) => point.clipOverlap),
    overlap: mean((point) => point.overlap),
    reduction: mean((point) => point.reduction),
    clipAccuracy: mean((point) => point.clipAccuracy),
    accuracy: mean((point) => point.accuracy),
    gain: mean((point) => point.gain),
  }
}

function correlationOf(points: readonly CorrelationPoint[]): OverlapCorrelation {
  const ids = [...new Set(points.map(({ datasetId }) => datasetId))]
  const byDataset = ids.map((id) => ({
    datasetId: id,
    ...foundIn(points.filter(({ datasetId }) => datasetId === id)),
  }))
  return { ...foundIn(points), points, byDataset }
}

function foundIn(points: readonly CorrelationPoint[]): FoundCorrelation {
  const found = correlate(points)
  const text = correlationText(found)
  const n = points.length
  return typeof found === 'string'
    ? { text, n, pearson: null, spearman: null, reason: found }
    : { text, n, pearson: found.pearson, spearman: found.spearman, reason: null }
}
