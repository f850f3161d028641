import { errors } from '../errors.js'
import { type ClassDelta, classDeltasOf } from '../evaluation/class-deltas.js'
import { type DisagreementKind, disagreementsOf } from '../evaluation/disagreements.js'
import { pairPredictions } from '../evaluation/prediction-pair.js'
import type { Registry } from '../plugins/registry.js'
import type { ComparisonRow } from '../store/comparisons.js'
import {
  cursorOfPosition,
  type Page,
  type PageRequest,
  pageOfList,
  pageOfPlaces,
  pageSize,
  positionsOf,
} from '../store/page.js'
import type { RunRow } from '../store/runs.js'
import type { Store } from '../store/store.js'
import type { MeasuredImages } from './measured-images.js'
import { findMethodInSpace } from './method-in-space.js'
import { type PredictedClass, predictedClass } from './run-predictions.js'
import { type RunResults, unreadableReason } from './run-results.js'

/** Two methods of a comparison, at one number of shots. */
export interface ContrastInput {
  /** Default: the comparison's first encoder. */
  readonly encoder?: string | null | undefined
  readonly method: string
  /** Default: chosen by `findMethodInSpace`, for `baselineSpace` too. */
  readonly space?: string | null | undefined
  readonly baseline: string
  readonly baselineSpace?: string | null | undefined
  readonly shots: number
}

export interface DisagreementsInput extends ContrastInput {
  /** Default: the first seed that both methods have finished. */
  readonly seed?: number | null | undefined
  /** Default: all kinds. */
  readonly kind?: DisagreementKind | null | undefined
}

/** A test image for which two methods predict different classes. */
export interface Disagreement {
  readonly imageId: string
  readonly datasetId: string
  readonly classIndex: number
  readonly seed: number
  readonly kind: DisagreementKind
  readonly prediction: PredictedClass
  readonly baselinePrediction: PredictedClass
}

/** Compares two methods of a comparison. */
export interface Contrasts {
  /**
   * The difference of the two methods in each class, pooled over the seeds that both have finished and whose
   * results can be read. Throws UNKNOWN_METHOD,
   * UNKNOWN_SPACE, UNKNOWN_BASELINE or INVALID_VALUE.
   */
  classDeltas(comparison: ComparisonRow, runs: readonly RunRow[], input: ContrastInput): Promise<ClassDelta[]>
  /** The test images for which the predictions differ, in the order of the dataset. Throws as `classDeltas`. */
  disagreements(
    comparison: ComparisonRow,
    runs: readonly RunRow[],
    input: DisagreementsInput,
    page: PageRequest,
  ): Promise<Page<Disagreement>>
}

export function createContrasts({
  store,
  measuredImages,
  registry,
  runResults,
}: {
  readonly store: Store
  readonly measuredImages: MeasuredImages
  readonly registry: Registry
  readonly runResults: RunResults
}): Contrasts {
  /** The successful runs of both methods, paired by seed, in the order of the comparison's seeds. */
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

  /** The predictions of a pair; undefined if they cannot be read, which the rows of the comparison tell. */
  async function readIfReadable(pair: { run: RunRow; baseline: RunRow }) {
    try {
      return await read(pair)
    } catch (error) {
      if (unreadableReason(error) === undefined) throw error
      return undefined
    }
  }

  async function firstReadable(pairs: ReturnType<typeof pairsOf>) {
    for (const pair of pairs) {
      const [mine, theirs] = (await readIfReadable(pair)) ?? []
      if (mine && theirs) return { pair, mine, theirs }
    }
    return undefined
  }

  return {
    async classDeltas({ datasetId }, runs, input) {
      const pairs = []
      for (const pair of pairsOf(runs, input)) {
        const [method, baseline] = (await readIfReadable(pair)) ?? []
        if (method && baseline) pairs.push({ method, baseline })
      }
      const classes = await store.datasets.classes(datasetId)
      return classDeltasOf(pairs, classes.length)
    },

    async disagreements({ datasetId }, runs, { seed, kind, ...input }, request) {
      pageSize(request)
      const between = positionsOf(request)
      if (seed != null) requireOneOf(runs, 'seed', seed)
      const pairs = pairsOf(runs, input)
      const found = await firstReadable(seed == null ? pairs : pairs.filter((each) => each.seed === seed))
      if (!found) return pageOfPlaces([], request)
      const { pair, mine, theirs } = found
      const all = disagreementsOf(pairPredictions(mine, theirs))
      const wanted = kind == null ? all : all.filter((each) => each.kind === kind)
      const images = await measuredImages(pair.run)
      // Other kinds have other positions, so a cursor may lie between two of these.
      const firstFrom = (isThere: (position: number) => boolean) => {
        const place = wanted.findIndex(({ position }) => isThere(position))
        return place === -1 ? wanted.length : place
      }
      const page = pageOfList(wanted, request, ({ position }) => cursorOfPosition(position), {
        after: () => firstFrom((position) => position > between.after),
        before: () => firstFrom((position) => position >= between.before),
      })
      return {
        ...page,
        nodes: page.nodes.map((each) => ({
          imageId: images[each.position] as string,
          datasetId,
          classIndex: mine.labels[each.position] as number,
          seed: pair.seed,
          kind: each.kind,
          prediction: predictedClass(mine, each.position),
          baselinePrediction: predictedClass(theirs, each.position),
        })),
      }
    },
  }
}

/** Throws INVALID_VALUE if the comparison has no runs with this number of shots, seed or encoder. */
function requireOneOf(
  runs: readonly RunRow[],
  what: 'shots' | 'seed' | 'encoder',
  value: number | string,
): void {
  const known: (number | string)[] = [...new Set(runs.map((run) => run[what]))]
  if (known.includes(value)) return
  const reason = `The comparison has no runs with ${what} ${value}. It has ${known.join(', ')}.`
  throw errors.invalidValue({ reason }, what)
}
