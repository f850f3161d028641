import { studentPValue, studentQuantile } from './student.js'

/**
 * What was observed with each support set on each test image: 0 or 1 for the correctness of one method, or a difference of two
 * methods. Row-major [sets, images]. Support sets and images are both samples, so the design is crossed: in radiology, a
 * support set is a reader and an image is a case.
 */
export interface Outcomes {
  readonly sets: number
  readonly images: number
  readonly values: Float64Array
}

/** A mean and how far it may be from the mean over other images and, with two support sets or more, over other support sets. */
export interface Estimate {
  readonly mean: number
  /** The standard error; null if there are fewer than two images. */
  readonly standardError: number | null
  /** The degrees of freedom of Student's t; may be fractional, and infinite where nothing varies. */
  readonly degreesOfFreedom: number
  /** The share of the variance that support sets make, from 0 to 1, where it has degrees of freedom of its own. */
  readonly ofSets?: { readonly share: number; readonly degreesOfFreedom: number }
}

/** The variance between support sets of the difference of two methods' means over the images of one support set. */
export interface SetVariance {
  readonly variance: number
  readonly degreesOfFreedom: number
}

export interface Interval {
  readonly low: number
  readonly high: number
}

/** The share of intervals that do not hold the true value. */
const alpha = 0.05

/**
 * The mean of the outcomes with its standard error, by the analysis of variance of a crossed random-effects design:
 *
 *     variance of ȳ = max(MS_images + MS_sets − MS_rest, MS_images, MS_sets) / (n·S)
 *
 * It is the estimate of multi-reader multi-case studies (Obuchowski and Rockette 1995; Hillis 2007), where the greatest of the
 * three keeps the variance from being negative or too small. Support sets make the share (MS_sets − MS_rest)/variance of it,
 * with S − 1 degrees of freedom, and images the rest, with n − 1; see `intervalOf`. With one support set it is the usual
 * variance of a mean over the images.
 */
export function estimateMean(outcomes: Outcomes): Estimate {
  const { sets, images } = outcomes
  const squares = meanSquaresOf(outcomes)
  const estimate = estimateBy(squares, outcomes, () => images - 1)
  const greatest = greatestOf(squares)
  if (sets < 2 || images < 2 || greatest === 0) return estimate
  const share = Math.min(1, Math.max(0, (squares.ofSets - squares.ofRest) / greatest))
  return { ...estimate, ofSets: { share, degreesOfFreedom: sets - 1 } }
}

/**
 * The same of the difference of two methods. Images vary little more than the rest there, so the variance is often that of the
 * images alone, by a chance that says nothing of the support sets. The degrees of freedom are those of Hillis (2007), who takes
 * support sets to be the scarce sample whichever mean square is the greatest:
 *
 *     greatest² / (MS_sets² / (S − 1)), and at most n − 1 unless MS_sets is the greatest
 *
 * With them three support sets give fewer false alarms (`npm run bench -- --filter coverage`).
 *
 * Three support sets alone say little about their variance, and by chance it looks like none. Where several methods were
 * measured on the same support sets, `pooled` is what all of them say about it, with more degrees of freedom.
 */
export function estimateDifference(outcomes: Outcomes, pooled: SetVariance | null = null): Estimate {
  const { sets, images } = outcomes
  const own = meanSquaresOf(outcomes)
  const ofSets = Math.max(own.ofSets, images * (pooled?.variance ?? 0))
  const setDegrees = Math.max(sets - 1, pooled?.degreesOfFreedom ?? 0)
  return estimateBy({ ...own, ofSets }, outcomes, ({ greatest }) =>
    ofSets === greatest ? setDegrees : Math.min(setDegrees * (greatest / ofSets) ** 2, images - 1),
  )
}

/** The estimate from the mean squares, with these degrees of freedom if there are several support sets. */
function estimateBy(
  squares: MeanSquares,
  { sets, images }: Outcomes,
  degreesOf: (squares: MeanSquares & { readonly greatest: number }) => number,
): Estimate {
  const { mean, ofImages } = squares
  if (images < 2) return { mean, standardError: null, degreesOfFreedom: 0 }
  const standardError = (meanSquare: number) => Math.sqrt(meanSquare / (images * sets))
  if (sets < 2) return { mean, standardError: standardError(ofImages), degreesOfFreedom: images - 1 }
  const greatest = greatestOf(squares)
  if (greatest === 0) return { mean, standardError: 0, degreesOfFreedom: Number.POSITIVE_INFINITY }
  return {
    mean,
    standardError: standardError(greatest),
    degreesOfFreedom: degreesOf({ ...squares, greatest }),
  }
}

const greatestOf = ({ ofImages, ofSets, ofRest }: MeanSquares): number =>
  Math.max(ofImages + ofSets - ofRest, ofImages, ofSets)

/**
 * The 95 % interval of the true mean by Student's t; null if there are fewer than two images. Where the variance has two parts
 * with degrees of freedom of their own, t² is the mean of their t², weighted by their shares (Banerjee 1960, "Approximate
 * confidence interval for linear functions of means of k populations when the population variances are not equal"). Such an
 * interval never holds the mean less often than it says if the parts are known to be so large. Degrees of freedom for the sum, as
 * Satterthwaite has them, are too many just where three support sets look alike by chance.
 */
export function intervalOf({ mean, standardError, degreesOfFreedom, ofSets }: Estimate): Interval | null {
  if (standardError === null) return null
  if (standardError === 0) return { low: mean, high: mean }
  const t = studentQuantile(alpha, degreesOfFreedom)
  const { share, degreesOfFreedom: degrees } = ofSets ?? { share: 0, degreesOfFreedom }
  const margin =
    standardError * Math.hypot(Math.sqrt(1 - share) * t, Math.sqrt(share) * studentQuantile(alpha, degrees))
  return { low: mean - margin, high: mean + margin }
}

/** The two-sided p-value of a true difference of 0, by Student's t; null if there are fewer than two images. */
export function pValueOf({ mean, standardError, degreesOfFreedom }: Estimate): number | null {
  if (standardError === null) return null
  if (mean === 0) return 1
  return standardError === 0 ? 0 : studentPValue(mean / standardError, degreesOfFreedom)
}

/**
 * The 95 % interval of an accuracy, from 0 to 1, for outcomes of 0 and 1: that of the outcomes with two images that are always
 * right and two that are always wrong added (Agresti and Coull 1998), cut to 0 and 1. So it has a width at 0 and 100 % too.
 * Null if there are fewer than two images.
 */
export function proportionInterval({ sets, images, values }: Outcomes): Interval | null {
  if (images < 2) return null
  const added = [1, 1, 0, 0]
  const padded = new Float64Array(sets * (images + added.length))
  for (let s = 0; s < sets; s++) {
    const from = s * (images + added.length)
    padded.set(values.subarray(s * images, (s + 1) * images), from)
    padded.set(added, from + images)
  }
  const interval = intervalOf(estimateMean({ sets, images: images + added.length, values: padded }))
  return interval && { low: Math.max(0, interval.low), high: Math.min(1, interval.high) }
}

export interface MeanSquares {
  readonly mean: number
  /** [S]: the mean of each support set. */
  readonly setMeans: Float64Array
  readonly ofImages: number
  readonly ofSets: number
  readonly ofRest: number
}

/** The mean squares of the two-way layout with one observation a cell; 0 for what one image or one support set cannot tell. */
export function meanSquaresOf({ sets, images, values }: Outcomes): MeanSquares {
  // Sums of 0, 1 and −1 are exact, whatever the order of the images.
  const setSums = new Float64Array(sets)
  const imageSums = new Float64Array(images)
  for (let s = 0; s < sets; s++) {
    for (let i = 0; i < images; i++) {
      const value = values[s * images + i] as number
      setSums[s] = (setSums[s] as number) + value
      imageSums[i] = (imageSums[i] as number) + value
    }
  }
  const setMeans = setSums.map((sum) => sum / images)
  const imageMeans = imageSums.map((sum) => sum / sets)
  const mean = setSums.reduce((all, sum) => all + sum, 0) / (sets * images)
  let rest = 0
  for (let s = 0; s < sets; s++) {
    for (let i = 0; i < images; i++) {
      const value = values[s * images + i] as number
      rest += (value - (setMeans[s] as number) - (imageMeans[i] as number) + mean) ** 2
    }
  }
  const squares = (means: Float64Array) => means.reduce((sum, each) => sum + (each - mean) ** 2, 0)
  return {
    mean,
    setMeans,
    ofImages: images > 1 ? (sets * squares(imageMeans)) / (images - 1) : 0,
    ofSets: sets > 1 ? (images * squares(setMeans)) / (sets - 1) : 0,
    ofRest: images > 1 && sets > 1 ? rest / ((images - 1) * (sets - 1)) : 0,
  }
}
