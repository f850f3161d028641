import type { Batch, Cache } from '../../cache/contract.js'
import { foldInputs, foldMetrics, foldProduct, foldProducts } from '../../spaces/fitting/fold-metric.js'
import {
  classMeans,
  deviationsOf,
  mustRefit,
  type Scatter,
  scatterOf,
  traceLossWithout,
} from '../../spaces/fitting/scatter.js'
import { type Graph, type Kernels, operator } from '../../tensor/kernels.js'
import { gatherRows, type Matrix, matrix, rowOf, sliceRows, transposed } from '../../tensor/matrix.js'
import { colors } from '../colors.js'
import type { Term } from '../contract.js'

/**
 * `U·Vᵀ + b`, [n, C], with `V_c = Σ⁻¹·μ_c` and `b_c = −½·μ_cᵀ·Σ⁻¹·μ_c`: the log density of a query under a normal
 * distribution around each class mean, all with the same covariance, without what is equal for all classes.
 *
 * `Σ⁻¹ = d·(S_w + tr(S_w)/(n − 1)·I)⁻¹`, the posterior mean under a Wishart prior. `S_w` is `(n − 1)` times the
 * within-class covariance of the n keys; if no class has two keys, it is the scatter about the overall mean. If the keys do
 * not scatter at all, `Σ⁻¹ = I`. A class without keys gets the overall mean.
 *
 * "A hard-to-beat baseline for training-free CLIP-based adaptation", arXiv 2402.04087.
 */
export const gaussianDiscriminant = (names: { readonly weight: string }): Term => ({
  name: 'gda',
  summary: 'How likely the image is if the images of each class are normally distributed around their mean.',
  formula: String.raw`\left(UV^\top + b\right)`,
  color: colors.pink,
  weight: names.weight,
  shapes: [],
  usesTexts: false,
  usesKeys: true,
  leaveOneOut: 'in-batch-unless-fitted',
  logits: async (batch) => {
    const { cache } = batch
    if (batch.leavesOneOut) {
      const spectrum = await cache.derive('spectrum of gda', () => spectrumOf(cache))
      return leftOutLogits(batch, spectrum)
    }
    const discriminant = await cache.derive('Gaussian discriminant', () => discriminantOf(cache))
    return linearLogits(await batch.spaceQueries(), discriminant, cache.kernels)
  },
})

type Keys = Pick<Cache, 'spaceKeys' | 'labels' | 'classes' | 'kernels'>

/** The discriminant as a linear classifier. */
interface Discriminant {
  readonly weights: Matrix // V, [C, d]
  readonly biases: Float64Array // b, [C]
}

/**
 * Fits the discriminant. With fewer keys than dimensions, `Σ⁻¹·M` comes from a system of the size of the keys (Woodbury),
 * `D` their deviations as rows: `(DᵀD + r·I)⁻¹·M = (M − Dᵀ·(D·Dᵀ + r·I)⁻¹·D·M)/r`.
 */
async function discriminantOf({ spaceKeys, labels, classes, kernels }: Keys): Promise<Discriminant> {
  const { deviations, mean } = deviationsOf({ features: spaceKeys, labels })
  const { rows: n, columns: d } = spaceKeys
  const means = meansOf({ spaceKeys, labels, classes }, mean)
  const trace = deviations.data.reduce((sum, value) => sum + value * value, 0)
  const ridge = trace / (n - 1)
  let weights = means
  if (trace > 0 && n < d) {
    const along = await kernels.dot(deviations, means)
    const solution = await kernels.solveRidge(await kernels.dot(deviations, deviations), ridge, along)
    const explained = await kernels.multiply(transposed(solution), deviations)
    weights = matrix(classes, d)
    for (let at = 0; at < weights.data.length; at++) {
      weights.data[at] = (((means.data[at] as number) - (explained.data[at] as number)) * d) / ridge
    }
  } else if (trace > 0) {
    const scatter = await kernels.scatter(deviations)
    weights = transposed(await kernels.solveRidge(scatter, ridge, transposed(means)))
    for (let at = 0; at < weights.data.length; at++) weights.data[at] = (weights.data[at] as number) * d
  }
  const biases = new Float64Array(classes)
  for (let c = 0, at = 0; c < classes; c++) {
    for (let k = 0; k < d; k++, at++) {
      biases[c] = (biases[c] as number) - ((weights.data[at] as number) * (means.data[at] as number)) / 2
    }
  }
  return { weights, biases }
}

/** μ, [C, d]; the overall mean for a class without keys. */
function meansOf({ spaceKeys, labels, classes }: Omit<Keys, 'kernels'>, overall: Float32Array): Matrix {
  const means = classMeans(spaceKeys, labels, classes)
  for (let c = 0; c < classes; c++) if (!labels.includes(c)) rowOf(means, c).set(overall)
  return means
}

/** The scatter of all keys and the class means in its eigenbasis: the discriminant without any one key follows from them. */
interface Spectrum {
  readonly scatter: Scatter
  readonly means: Matrix // [C, d]
}

async function spectrumOf(keys: Keys): Promise<Spectrum> {
  const { spaceKeys, labels, kernels } = keys
  const scatter = await scatterOf({ features: spaceKeys, labels }, kernels)
  return { scatter, means: await kernels.multiply(meansOf(keys, scatter.mean), scatter.basis) }
}

/** The diagonal of `d·(S_w + tr(S_w)/(n − 1)·I)⁻¹` in the eigenbasis. */
function precisionOf(eigenvalues: Float64Array, trace: number, n: number): Float64Array {
  const ridge = trace / (n - 1)
  return eigenvalues.map((value) => (trace > 0 ? eigenvalues.length / (value + ridge) : 1))
}

async function linearLogits(
  queries: Matrix,
  { weights, biases }: Discriminant,
  kernels: Kernels,
): Promise<Matrix> {
  const logits = await kernels.dot(queries, weights)
  for (let at = 0; at < logits.data.length; at++) {
    logits.data[at] = (logits.data[at] as number) + (biases[at % biases.length] as number)
  }
  return logits
}

/**
 * The logits of keys, each by the discriminant fitted without it: `S_w` decreases by `κ·v·vᵀ`, its trace by `κ·|v|²` and n
 * by one; the mean of its class, or of all keys, moves.
 */
async function leftOutLogits(batch: Batch, { scatter, means }: Spectrum): Promise<Matrix> {
  const { cache, from, rows } = batch
  const { kernels, labels } = cache
  const d = means.columns
  const keys = await kernels.multiply(await batch.spaceQueries(), scatter.basis) // x, [n, d]
  const deviations = await kernels.multiply(sliceRows(scatter.deviations, from, from + rows), scatter.basis)
  const metrics = foldMetrics(keys, deviations, (row) => {
    const trace = scatter.trace - traceLossWithout(scatter, from + row)
    const precision = precisionOf(scatter.eigenvalues, trace, labels.length - 1)
    const share = trace > 0 ? (scatter.kappa[from + row] as number) / d : 0
    return { share, precision: (k) => precision[k] as number }
  })
  const { own: _, ...inputs } = metrics
  const logits = await kernels.run('leave one out of gda', leftOutGraph, {
    vectors: means,
    ...inputs,
    half: 0.5,
  })
  const centre = rowOf(await kernels.multiply(matrix(1, d, scatter.mean), scatter.basis), 0)
  for (let i = 0; i < rows; i++) {
    if (mustRefit(scatter, labels, from + i)) {
      rowOf(logits, i).set((await refittedLogits(cache, from + i)).data)
      continue
    }
    const x = rowOf(keys, i)
    const logitAt = (mean: Float32Array) =>
      foldProduct(metrics, i, x, mean) - foldProduct(metrics, i, mean, mean) / 2
    const label = labels[from + i] as number
    const overall = logitAt(meanWithout(centre, x, labels.length))
    for (let c = 0; c < cache.classes; c++) {
      if (batch.keysOf(c, i) === 0) logits.data[i * cache.classes + c] = overall
      else if (c === label) {
        const own = meanWithout(rowOf(means, c), x, cache.counts[c] as number)
        logits.data[i * cache.classes + c] = logitAt(own)
      }
    }
  }
  return logits
}

/** The logits of key i, [1, C], by a discriminant fitted on the other keys. */
async function refittedLogits({ spaceKeys, labels, classes, kernels }: Cache, i: number): Promise<Matrix> {
  const rest = Int32Array.from(labels.keys()).filter((j) => j !== i)
  const keys = gatherRows(spaceKeys, rest)
  const discriminant = await discriminantOf({
    spaceKeys: keys,
    labels: rest.map((j) => labels[j] as number),
    classes,
    kernels,
  })
  return linearLogits(sliceRows(spaceKeys, i, i + 1), discriminant, kernels)
}

/** `⟨x, μ⟩ − ½·⟨μ, μ⟩` in the metric of each fold. */
const leftOutGraph = (): Graph => ({
  inputs: { ...foldInputs, half: [1] },
  outputs: { result: ['n', 'm'] },
  nodes: [
    ...foldProducts(),
    operator('Mul', ['squares', 'half'], 'halfSquares'),
    operator('Sub', ['inner', 'halfSquares'], 'result'),
  ],
})

/** The mean of n vectors without one of them: `μ − (x − μ)/(n − 1)`. */
const meanWithout = (mean: Float32Array, x: Float32Array, n: number): Float32Array =>
  mean.map((value, k) => value - ((x[k] as number) - value) / (n - 1))
