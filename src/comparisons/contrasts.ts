import type { EncodedData } from '../datasets/encoded-data.js'
import { errors } from '../errors.js'
import { type ClassDelta, classDeltasOf } from '../evaluation/class-deltas.js'
import { type DisagreementKind, disagreementsOf } from '../evaluation/disagreements.js'
import { pairPredictions } from '../evaluation/prediction-pair.js'
import type { Predictions } from '../evaluation/predictions.js'
import type { Registry } from '../plugins/registry.js'
import type { ComparisonRow } from '../store/comparisons.js'
import {
  cursorOfPosition,
  type Page,
  type PageRequest,
  pageOf,
  positionAfter,
  requirePageSize,
} from '../store/page.js'
import type { RunRow } from '../store/runs.js'
import type { Store } from '../store/store.js'
import { findMethodInSpace } from './method-in-space.js'
import type { RunResults } from './run-results.js'

/** Two methods of a comparison, at one number of shots. */
export interface ContrastInput {
  /** Where the comparison is over several; its first unless given. */
  readonly encoder?: string | null | undefined
  readonly method: string
  /** Where the comparison has the method in several spaces; as `findMethodInSpace` unless given. */
  readonly space?: string | null | undefined
  readonly baseline: string
  readonly baselineSpace?: string | null | undefined
  readonly shots: number
}

export interface DisagreementsInput extends ContrastInput {
  /** The first one that both have finished unless given. */
  readonly seed?: number | null | undefined
  /** All kinds unless given. */
  readonly kind?: DisagreementKind | null | undefined
}

/** What an image was taken for. */
export interface PredictedClass {
  readonly classIndex: number
  /** Null where an earlier version did not keep it. */
  readonly probability: number | null
}

/** A test image that two methods take for different classes. */
export interface Disagreement {
  readonly imageId: string
  readonly datasetId: string
  readonly classIndex: number
  readonly seed: number
  readonly kind: DisagreementKind
  readonly prediction: PredictedClass
  readonly baselinePrediction: PredictedClass
}

/** Two methods of a comparison against each other. */
export interface Contrasts {
  /**
   * What they differ by in each class, the seeds that both have finished pooled. Throws UNKNOWN_METHOD, UNKNOWN_SPACE,
   * UNKNOWN_BASELINE or INVALID_VALUE.
   */
  classDeltas(comparison: ComparisonRow, runs: readonly RunRow[], input: ContrastInput): Promise<ClassDelta[]>
  /** The test images on which they disagree, in the order of the dataset. Throws as `classDeltas`. */
  disagreements(
    comparison: ComparisonRow,
    runs: readonly RunRow[],
    input: DisagreementsInput,
    page: PageRequest,
  ): Promise<Page<Disagreement>>
}

export function createContrasts({
  store,
  encodedData,
  registry,
  runResults,
}: {
  readonly store: Store
  readonly encodedData: EncodedData
  readonly registry: Registry
  readonly runResults: RunResults
}): Contrasts {
  /** The runs of the two that have succeeded, paired by seed, in the order of the seeds asked for. */
  function pairsOf(all: readonly RunRow[], { shots, encoder, ...input }: ContrastInput) {
    if (encoder != null) requireOneOf(all, 'encoder', encoder)
    const runs = all.filter((run) => run.encoder === (encoder ?? all[0]?.encoder))
    const chosen = [
      findMethodInSpace(runs, registry, input.method, input.space, ['method', 'space']),
      findMethodInSpace(runs, registry, input.baseline, input.baselineSpace, ['baseline', 'baselineSpace']),
    ] as const
    requireOneOf(runs, 'shots', shots)
    const [mine, theirs] = chosen.map(({ method, space }) =>
      runs.filter((run) => run.method === method && run.space === space && run.shots === shots && run.result),
    ) as [RunRow[], RunRow[]]
    return mine.flatMap((run) => {
      const baseline = theirs.find(({ seed }) => seed === run.seed)
      return baseline ? [{ seed: run.seed, run, baseline }] : []
    })
  }

  const read = ({ run, baseline }: { run: RunRow; baseline: RunRow }) =>
    Promise.all([runResults.read(run.id), runResults.read(baseline.id)])

  return {
    async classDeltas({ datasetId }, runs, input) {
      const pairs = []
      for (const pair of pairsOf(runs, input)) pairs.push(pairPredictions(...(await read(pair))))
      const classes = await store.datasets.classes(datasetId)
      return classDeltasOf(pairs, classes.length)
    },

    async disagreements({ datasetId, testDatasetId, lastImage }, runs, { seed, kind, ...input }, request) {
      const { first } = request
      requirePageSize(first)
      const after = positionAfter(request)
      if (seed != null) requireOneOf(runs, 'seed', seed)
      const pairs = pairsOf(runs, input)
      const pair = seed == null ? pairs[0] : pairs.find((each) => each.seed === seed)
      if (!pair) return { nodes: [], pageInfo: { hasNextPage: false, endCursor: null }, totalCount: 0 }

      const [mine, theirs] = await read(pair)
      const all = disagreementsOf(pairPredictions(mine, theirs))
      const wanted = kind == null ? all : all.filter((each) => each.kind === kind)
      const rest = wanted.filter(({ position }) => after === undefined || position > after)
      const images = testDatasetId
        ? await encodedData.testImages(testDatasetId, datasetId, lastImage)
        : await store.datasets.images(datasetId, 'TEST', lastImage)
      const page = pageOf(rest, first, ({ position }) => cursorOfPosition(position))
      return {
        nodes: page.nodes.map((each) => ({
          imageId: images[each.position]?.imageId as string,
          datasetId,
          classIndex: mine.labels[each.position] as number,
          seed: pair.seed,
          kind: each.kind,
          prediction: predictedClass(mine, each.position),
          baselinePrediction: predictedClass(theirs, each.position),
        })),
        pageInfo: page.pageInfo,
        totalCount: wanted.length,
      }
    },
  }
}

const predictedClass = ({ predicted, confidence }: Predictions, position: number): PredictedClass => ({
  classIndex: predicted[position] as number,
  probability: confidence?.[position] ?? null,
})

/** Throws INVALID_VALUE for a number of shots, a seed or an encoder that the comparison was not asked for. */
function requireOneOf(
  runs: readonly RunRow[],
  what: 'shots' | 'seed' | 'encoder',
  value: number | string,
): void {
  const known: (number | string)[] = [...new Set(runs.map((run) => run[what]))]
  if (known.includes(value)) return
  const reason = `The comparison has no runs of ${what} ${value}; it has ${known.join(', ')}.`
  throw errors.invalidValue({ reason }, what)
}
