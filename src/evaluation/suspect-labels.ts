import type { LabelledFeatures } from '../spaces/contract.js'
import { scaled, traceOf } from '../spaces/fitting/generic-covariance.js'
import { classMeans, subtractClassMeans } from '../spaces/fitting/scatter.js'
import type { Kernels } from '../tensor/kernels.js'
import { type Matrix, matrix, rowOf, squareOf } from '../tensor/matrix.js'

/** An image whose label the rest of the labelled images contradicts. */
export interface SuspectLabel {
  /** Its row. */
  readonly image: number
  /** The probability of the label that it has, by the other images and the texts. */
  readonly probability: number
  /** The most probable class. */
  readonly suggested: number
}

export interface LabelledTask extends LabelledFeatures {
  /** C. */
  readonly classes: number
  /** [C, d]. Null if there are no texts. */
  readonly textClassifier: Matrix | null
}

/** The weight of the prior that all directions are alike, in the covariance: it must not learn from wrong labels. */
const shrinkage = 0.9
/** How much the distances and the texts may weigh. The best pair is taken. */
const distanceWeights = [1, 2, 4, 8, 16]
const textWeights = [0, 10, 20, 50, 100]
/** The share of the worst images that the choice does not count: wrong labels would choose weights that trust nothing. */
const trimmed = 0.1

/**
 * All images of classes with at least two, from the most suspect label to the least. Each image is compared with Gaussian
 * classes of one covariance that were estimated without it, exactly: its class's mean and the covariance are downdated
 * (Sherman and Morrison), so no fit is repeated. To the distances come the texts, with weights that explain the labels best, by
 * the likelihood that leaves images out. The memory is that of two matrices [n, C].
 */
export async function suspectLabels(
  { features, labels, classes, textClassifier }: LabelledTask,
  kernels: Kernels,
): Promise<SuspectLabel[]> {
  const counts = countsOf(labels, classes)
  const scored = Array.from(labels.keys()).filter((i) => (counts[labels[i] as number] as number) > 1)
  const filled = Array.from(counts.keys()).filter((c) => (counts[c] as number) > 0)
  if (scored.length === 0 || filled.length < 2) return []
  const distances = await distancesWithout(features, labels, counts, kernels)
  const scale = spreadOf(distances, filled)
  const texts = textClassifier && (await kernels.dot(features, textClassifier))
  const logit = (a: number, w: number) => (i: number, c: number) => {
    const at = i * classes + c
    return (-a * (distances.data[at] as number)) / scale + (texts ? w * (texts.data[at] as number) : 0)
  }
  let best = { likelihood: Number.NEGATIVE_INFINITY, logit: logit(1, 0) }
  for (const a of distanceWeights) {
    for (const w of texts ? textWeights : [0]) {
      const tried = logit(a, w)
      const logs = scored
        .map((i) => logProbability(tried, i, labels[i] as number, filled))
        .sort((x, y) => x - y)
      const kept = logs.slice(Math.floor(trimmed * logs.length))
      const likelihood = kept.reduce((sum, value) => sum + value, 0)
      if (likelihood > best.likelihood) best = { likelihood, logit: tried }
    }
  }
  const found = scored.map((image) => {
    const log = logProbability(best.logit, image, labels[image] as number, filled)
    const suggested = filled.reduce((most, c) => (best.logit(image, c) > best.logit(image, most) ? c : most))
    return { image, log, suggested }
  })
  return found
    .sort((a, b) => a.log - b.log || a.image - b.image)
    .map(({ image, log, suggested }) => ({ image, probability: Math.exp(log), suggested }))
}

function countsOf(labels: Int32Array, classes: number): Int32Array {
  const counts = new Int32Array(classes)
  for (const label of labels) counts[label] = (counts[label] as number) + 1
  return counts
}

/** log of the softmax at `label`, over the classes that have images. */
function logProbability(
  logit: (i: number, c: number) => number,
  i: number,
  label: number,
  classes: readonly number[],
): number {
  let most = Number.NEGATIVE_INFINITY
  for (const c of classes) most = Math.max(most, logit(i, c))
  let sum = 0
  for (const c of classes) sum += Math.exp(logit(i, c) - most)
  return logit(i, label) - most - Math.log(sum)
}

/** The median over the images of the standard deviation of their distances to the classes. */
function spreadOf({ rows, columns, data }: Matrix, classes: readonly number[]): number {
  const deviations = Array.from({ length: rows }, (_, i) => {
    let [sum, squares] = [0, 0]
    for (const c of classes) {
      const value = data[i * columns + c] as number
      sum += value
      squares += value * value
    }
    const mean = sum / classes.length
    return Math.sqrt(Math.max(0, squares / classes.length - mean * mean))
  }).sort((a, b) => a - b)
  return deviations[rows >> 1] || 1
}

/**
 * Half the squared Mahalanobis distance of each image to each class, [n, C], by means and a shrunk covariance without the image. An
 * image that is alone in its class is compared with itself.
 */
export async function distancesWithout(
  features: Matrix,
  labels: Int32Array,
  counts: Int32Array,
  kernels: Kernels,
): Promise<Matrix> {
  const { rows: n, columns: d } = features
  const classes = counts.length
  const means = classMeans(features, labels, classes)
  const residuals = subtractClassMeans(features, labels, means)
  const scatter = await kernels.scatter(residuals)
  const trace = traceOf(scatter)
  // What nothing scatters has distances of plain geometry.
  const share = trace > 0 ? ((1 - shrinkage) * d) / trace : 0
  const covariance = scaled(scatter, share)
  // x·root has the inner products of the inverse covariance.
  const root = await kernels.inverseRoot(covariance, trace > 0 ? shrinkage : 1)
  const [z, m, r] = [
    await kernels.multiply(features, root),
    await kernels.multiply(means, root),
    await kernels.multiply(residuals, root),
  ]
  const [zm, rm] = [await kernels.dot(z, m), await kernels.dot(r, m)]
  const meanSquares = Float64Array.from({ length: classes }, (_, c) => squareOf(rowOf(m, c)))

  const result = matrix(n, classes)
  for (let i = 0; i < n; i++) {
    const [zi, ri] = [rowOf(z, i), rowOf(r, i)]
    const [zz, rr, rz] = [squareOf(zi), squareOf(ri), product(ri, zi)]
    const label = labels[i] as number
    const count = counts[label] as number
    // Without the image, its own mean is so much further away, and the scatter smaller by this share of its residual's square.
    const away = count > 1 ? count / (count - 1) : 1
    const removed = count > 1 ? share * away : 0
    const factor = removed / Math.max(1 - removed * rr, 1e-6)
    for (let c = 0; c < classes; c++) {
      const at = i * classes + c
      const isOwn = c === label
      const square = isOwn ? rr * away ** 2 : zz - 2 * (zm.data[at] as number) + (meanSquares[c] as number)
      const along = isOwn ? rr * away : rz - (rm.data[at] as number)
      result.data[at] = (square + factor * along ** 2) / 2
    }
  }
  return result
}

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += (a[k] as number) * (b[k] as number)
  return sum
}
