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
 * The threshold for a coverage in (0, 1). `calibration`, [n], holds the probabilities of the true classes of n images. Of
 * `n + 1` exchangeable images, the probability of the true class is below the k-th smallest of the other n for a share of
 * `k/(n + 1)`. The threshold lies between two of them, in proportion, so that a share of `1 − coverage` is below it: with few images the
 * lower of the two alone would promise 90 % and reach up to `1/(n + 1)` more. 0, so that every class is in the set, if n is too small for the coverage. Null without
 * images.
 */
export function thresholdOf(calibration: Float64Array, coverage: number): number | null {
  const n = calibration.length
  if (n === 0) return null
  const place = (1 - coverage) * (n + 1)
  // Rounding must not decide between neighbours.
  const below = Math.floor(place + 1e-9)
  if (below === 0) return 0
  const sorted = calibration.toSorted()
  const lower = sorted[below - 1] as number
  const upper = sorted[below] ?? lower
  return lower + Math.max(0, place - below) * (upper - lower)
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
