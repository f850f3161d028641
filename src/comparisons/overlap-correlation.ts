import { errors } from '../errors.js'
import { type Correlation, correlate } from '../evaluation/overlap/correlation.js'
import { overlapValue } from '../evaluation/overlap/overlap.js'
import { inBase, type LabelledImages } from '../features/labelled-images.js'
import { featuresOf } from '../features/space-features.js'
import { clipFormOf } from '../methods/contract.js'
import { fitSpace } from '../spaces/fit-space.js'
import type { ComparisonRow } from '../store/comparisons.js'
import { fingerprintOf } from '../system/fingerprint.js'
import { firstRepeated } from '../system/first-repeated.js'
import { createPromiseCache } from '../system/promise-cache.js'
import type { OverlapContext } from './overlap.js'
import { type FinishedRun, isFinished, type Pair, pairWithClip, protocolOf } from './pair-with-clip.js'

/** One method in one space at one number of shots of one dataset, against the same method in `clip`; means over seeds. */
export interface CorrelationPoint {
  readonly datasetId: string
  readonly encoder: string
  readonly method: string
  readonly space: string
  readonly shots: number
  /** Seeds that both have finished. */
  readonly seeds: number
  /** The overlap of the test images in `clip` and in the space, fitted on each seed's support set, and its reduction. */
  readonly clipOverlap: number
  readonly overlap: number
  readonly reduction: number
  /** Test accuracies in %, and their difference. */
  readonly clipAccuracy: number
  readonly accuracy: number
  readonly gain: number
}

type SeedPoint = Omit<CorrelationPoint, 'seeds'>

/** The test images of a comparison, encoded. */
type TestImages = LabelledImages & { readonly fingerprint: string }

export interface OverlapCorrelation {
  readonly points: readonly CorrelationPoint[]
  /** Null where there is none to tell; `reason` says why. */
  readonly correlation: Correlation | null
  readonly reason: string | null
}

/** Overlaps kept in memory: the same images and the same fit have the same overlap. */
const maxOverlaps = 10_000

/**
 * Correlates, over the runs of comparisons, the reduction of intra-modal overlap with the gain in accuracy. A run counts
 * where the same method in `clip` has been run on the same support set, by the same protocol, in any of the comparisons.
 * Throws EMPTY_LIST, DUPLICATE_ENTRY, UNKNOWN_COMPARISON, or UNKNOWN_SPACE where a space's plugin is not loaded any more.
 */
export function createOverlapCorrelation(
  context: OverlapContext,
): (comparisons: readonly string[]) => Promise<OverlapCorrelation> {
  const { store, encoders, registry, kernels, encodedData } = context
  const overlaps = createPromiseCache<number>(maxOverlaps)

  /** The test images of a comparison's runs, encoded for some spaces. */
  async function testOf(comparison: ComparisonRow, bases: readonly string[]) {
    const { datasetId, testDatasetId, encoder, lastImage } = comparison
    const images =
      testDatasetId === null
        ? await store.datasets.images(datasetId, 'TEST', lastImage)
        : await encodedData.testImages(testDatasetId, datasetId, lastImage)
    const labelled = await encodedData.labelled(images, encoders.get(encoder), bases)
    return { ...labelled, fingerprint: fingerprintOf(images) }
  }

  /** The overlap of test images in a space, fitted on a run's support set where the space is fitted. */
  function overlapOf(
    { encoder: encoderId, result }: FinishedRun,
    spaceId: string,
    test: TestImages,
  ): Promise<number> {
    const [encoder, space] = [encoders.get(encoderId), registry.space(spaceId)]
    const fittedOn = space.fit ? result.supportSetId : null
    const settings = Object.keys(space.hyperparameters ?? {}).map((name) => result.hyperparameters[name])
    const key = JSON.stringify([
      encoder.fingerprintOf(space.base),
      test.fingerprint,
      space.id,
      settings,
      fittedOn,
    ])
    return overlaps.get(key, async () => {
      const supportSet = fittedOn === null ? null : await store.supportSets.get(fittedOn)
      if (space.fit && !supportSet) {
        const reason = `A support set that ${space.name} was fitted on has been deleted.`
        throw errors.invalidValue({ reason }, 'comparisons')
      }
      const support = supportSet ? await encodedData.support(supportSet, encoder, [space.base]) : test
      const { project } = await fitSpace(space, inBase(support, space), kernels, result.hyperparameters)
      const features = await project(featuresOf(test.features, space.base))
      const classes = test.labels.reduce((most, label) => Math.max(most, label), 0) + 1
      return overlapValue({ features, labels: test.labels, classes, kernels })
    })
  }

  /** Reduction and gain of one run against the same method's run in `clip`. */
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
        // Comparisons share runs; each counts once.
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
      const test = tests.get(comparison.id) ?? testOf(comparison, bases)
      tests.set(comparison.id, test)
      const key = JSON.stringify([protocolOf(pair.run), pair.run.method, pair.run.space, pair.run.shots])
      points.set(key, [...(points.get(key) ?? []), await measurePair(pair, await test)])
    }
    return conclude([...points.values()].map(meanOverSeeds))
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

function conclude(points: readonly CorrelationPoint[]): OverlapCorrelation {
  const found = correlate(
    points.map(({ reduction }) => reduction),
    points.map(({ gain }) => gain),
  )
  return typeof found === 'string'
    ? { points, correlation: null, reason: found }
    : { points, correlation: found, reason: null }
}
