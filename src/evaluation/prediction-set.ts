import { errors } from '../errors.js'

/**
 * Sets of classes that hold the right one with a chosen probability, by split conformal prediction: a class is in the set
 * of an image if its probability is at least a threshold, which is a quantile of the true class's probability over images
 * that were not used to score them ("Least ambiguous set-valued classifiers with bounded error levels", Sadinle, Lei and
 * Wasserman 2019, arXiv 1609.00451). Of all sets with that coverage, these are the smallest on average. An image that fits
 * no class well has an empty set.
 */

/** Throws INVALID_VALUE for a coverage outside (0, 1). */
export function requireCoverage(coverage: number): void {
  if (coverage > 0 && coverage < 1) return
  throw errors.invalidValue({ reason: `coverage must be between 0 and 1, not ${coverage}.` }, 'coverage')
}

/**
 * The threshold for a coverage in (0, 1): of `n + 1` exchangeable images, the probability of the true class is below it for
 * at most a share of `1 − coverage`. `calibration`, [n], holds the probabilities of the true classes of n images. 0, so
 * that every class is in the set, if n is too small for the coverage. Null without images.
 */
export function thresholdOf(calibration: Float64Array, coverage: number): number | null {
  if (calibration.length === 0) return null
  const below = Math.floor((1 - coverage) * (calibration.length + 1) + 1e-9)
  return below === 0 ? 0 : (calibration.toSorted()[below - 1] as number)
}

/** The number of classes in the set. */
export const setSizeOf = (probabilities: Float64Array, threshold: number): number =>
  probabilities.reduce((size, probability) => size + Number(probability >= threshold), 0)

/** The classes of the set, the most probable first; empty if none fits. */
export const predictionSet = (probabilities: ArrayLike<number>, threshold: number): number[] =>
  Array.from(probabilities, (probability, c) => ({ probability, c }))
    .filter(({ probability }) => probability >= threshold)
    .sort((a, b) => b.probability - a.probability || a.c - b.c)
    .map(({ c }) => c)

/**
 * How well a score tells images of known classes from others: the chance that an image of a known class has the greater
 * score of the two; ties count half (the area under the ROC curve). Null if there are no images of one kind.
 */
export function areaUnderRoc(known: ArrayLike<number>, unknown: ArrayLike<number>): number | null {
  const [k, u] = [known.length, unknown.length]
  if (k === 0 || u === 0) return null
  const scores = [
    ...Array.from(known, (score) => ({ score, isKnown: true })),
    ...Array.from(unknown, (score) => ({ score, isKnown: false })),
  ].sort((a, b) => a.score - b.score)
  // The sum of the ranks of the known images, equal scores sharing theirs (Mann and Whitney).
  let ranks = 0
  for (let from = 0; from < scores.length; ) {
    let to = from
    while (to < scores.length && scores[to]?.score === scores[from]?.score) to++
    const shared = (from + to + 1) / 2
    for (let i = from; i < to; i++) if (scores[i]?.isKnown) ranks += shared
    from = to
  }
  return (ranks - (k * (k + 1)) / 2) / (k * u)
}
