import { featuresOf, type SpaceFeatures, selectFeatures } from '../features/space-features.js'
import type { Support } from '../features/support.js'
import type { Method } from '../methods/contract.js'
import type { FeatureSpace } from '../spaces/contract.js'
import type { Kernels } from '../tensor/kernels.js'
import { rowOf } from '../tensor/matrix.js'
import { type FittedMethod, scoreQueries } from './fit.js'
import { fitQuickly } from './fit-quickly.js'
import { kCentre } from './k-centre.js'
import { probabilitiesOf } from './probabilities.js'

/** Which images help most if they are labelled next. */
export const suggestionStrategies = ['UNCERTAINTY', 'COVERAGE', 'BOTH'] as const
export type SuggestionStrategy = (typeof suggestionStrategies)[number]

export interface SuggestionTask {
  /** The images that are labelled; there may be none, and classes may have none. */
  readonly support: Support
  /** The images without a label, in `clip` and in the base of the space. */
  readonly candidates: SpaceFeatures
  readonly strategy: SuggestionStrategy
  /** The most suggestions. */
  readonly first: number
  /** What answers while images are labelled, fitted on the support with its default hyperparameters. */
  readonly method: Method
  readonly space: FeatureSpace
  /** Answers while no image is labelled. */
  readonly zeroShot: Method
  readonly kernels: Kernels
}

/** An image to label, with what is thought of it until then. */
export interface Suggestion {
  /** The row of the candidate. */
  readonly row: number
  /** [C], calibrated as far as the labelled images allow. */
  readonly probabilities: Float64Array
  /** 1 minus the difference of the two greatest probabilities: 0 is certain, 1 is a tie. */
  readonly uncertainty: number
  /** 1 minus the greatest cosine to an image that is labelled or suggested before, from 0 to 2; 1 if there is none. */
  readonly distance: number
}

/** Coverage looks at so many candidates, evenly spread: all distances of more would take longer than a label. */
const maxCovered = 20_000

/**
 * The images whose label helps most, the most helpful first. UNCERTAINTY: the smallest margin between the two best classes
 * (Scheffer, Decomain and Wrobel 2001). COVERAGE: k-centre in `clip`; see `kCentre`. BOTH: k-centre where each distance counts as
 * much as the image is uncertain. Throws as `fitQuickly`.
 */
export async function suggestImages(task: SuggestionTask): Promise<Suggestion[]> {
  const { support, candidates, strategy, first, kernels } = task
  const clip = featuresOf(candidates, 'clip')
  if (clip.rows === 0) return []
  const fitted = await fitToLabelled(task)
  const centres = featuresOf(support.features, 'clip')
  const told = (row: number, probabilities: Float64Array, distance: number): Suggestion => ({
    ...{ row, probabilities, distance },
    uncertainty: uncertaintyOf(probabilities),
  })
  if (strategy === 'COVERAGE') {
    // Only what is suggested needs an answer.
    const rows = evenly(clip.rows, maxCovered)
    const spread = selectFeatures(candidates, rows)
    const taken = await kCentre({ candidates: featuresOf(spread, 'clip'), centres, first }, kernels)
    const chosen = taken.map(({ row }) => rows[row] as number)
    const answers = await probabilitiesBy(fitted, selectFeatures(candidates, chosen))
    return taken.map(({ distance }, i) => told(chosen[i] as number, answers[i] as Float64Array, distance))
  }
  const answers = await probabilitiesBy(fitted, candidates)
  const uncertainty = Float64Array.from(answers, uncertaintyOf)
  const byUncertainty = [...uncertainty.keys()].sort(
    (a, b) => (uncertainty[b] as number) - (uncertainty[a] as number) || a - b,
  )
  const rows = strategy === 'BOTH' ? byUncertainty.slice(0, maxCovered) : byUncertainty.slice(0, first)
  const taken = await kCentre(
    {
      candidates: featuresOf(selectFeatures(candidates, rows), 'clip'),
      ...{ centres, first },
      weights: Float64Array.from(rows, (row) => uncertainty[row] as number),
    },
    kernels,
  )
  const suggested = taken.map(({ row, distance }) => {
    const at = rows[row] as number
    return told(at, answers[at] as Float64Array, distance)
  })
  return strategy === 'BOTH'
    ? suggested
    : suggested.sort((a, b) => b.uncertainty - a.uncertainty || a.row - b.row)
}

/** What answers with so many labels. See `fitQuickly`. */
export const fitToLabelled = ({
  support,
  method,
  space,
  zeroShot,
  kernels,
}: Pick<SuggestionTask, 'support' | 'method' | 'space' | 'zeroShot' | 'kernels'>): Promise<FittedMethod> =>
  fitQuickly({ method: support.labels.length === 0 ? zeroShot : method, space, support, kernels })

async function probabilitiesBy(fitted: FittedMethod, queries: SpaceFeatures): Promise<Float64Array[]> {
  const found: Float64Array[] = []
  for await (const { scores } of scoreQueries(fitted, queries)) {
    for (let i = 0; i < scores.logits.rows; i++) {
      found.push(probabilitiesOf(rowOf(scores.logits, i), fitted))
    }
  }
  return found
}

function uncertaintyOf(probabilities: Float64Array): number {
  let [most, next] = [0, 0]
  for (const each of probabilities) {
    if (each > most) [most, next] = [each, most]
    else if (each > next) next = each
  }
  return 1 - (most - next)
}

/** At most `count` of the numbers below `length`, evenly spread. */
const evenly = (length: number, count: number): number[] =>
  Array.from({ length: Math.min(length, count) }, (_, i) =>
    Math.floor((i * length) / Math.min(length, count)),
  )
