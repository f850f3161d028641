import { type FittedMethod, scoreQueries } from '../evaluation/fit.js'
import { setSizeOf } from '../evaluation/prediction-set.js'
import { probabilitiesOf } from '../evaluation/probabilities.js'
import { type SpaceFeatures, selectFeatures } from '../features/space-features.js'
import { rowOf } from '../tensor/matrix.js'
import type { ScoringHead } from './scoring-head.js'

/** What a classifier says of many images. */
export interface Answers {
  /** [n]: the index of the most probable class. */
  readonly predicted: Int32Array
  /** [n]: its probability. */
  readonly confidence: Float32Array
  /** [n]: the number of classes in the set of the classifier's coverage; null if no set can be told. */
  readonly setSize: Int32Array | null
}

/** Answers for features in the fitted space's base, each image by itself; by `head` if the method has been joined. */
export async function answersTo(
  { fitted, head = null }: { readonly fitted: FittedMethod; readonly head?: ScoringHead | null },
  threshold: number | null,
  features: SpaceFeatures,
): Promise<Answers> {
  const count = features.clip?.rows ?? 0
  const predicted = new Int32Array(count)
  const confidence = new Float32Array(count)
  const setSize = threshold === null ? null : new Int32Array(count)
  // A method that could decide for all images together answers one at a time, as in `classify`.
  const parts = fitted.method.transductive
    ? Array.from({ length: count }, (_, row) => ({ from: row, queries: selectFeatures(features, [row]) }))
    : [{ from: 0, queries: features }]
  for (const { from, queries } of parts) {
    for await (const { batch, scores } of head?.score(queries) ?? scoreQueries(fitted, queries)) {
      for (let i = 0; i < batch.rows; i++) {
        const probabilities = probabilitiesOf(rowOf(scores.logits, i), fitted)
        const at = from + batch.from + i
        const most = Math.max(...probabilities)
        predicted[at] = probabilities.indexOf(most)
        confidence[at] = most
        if (setSize && threshold !== null) setSize[at] = setSizeOf(probabilities, threshold)
      }
    }
  }
  return { predicted, confidence, setSize }
}
