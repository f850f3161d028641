import type { Batch, Cache } from '../../cache/contract.js'
import { logRatioNodes, operator } from '../../tensor/kernels.js'
import { type Matrix, matrix, transposed } from '../../tensor/matrix.js'
import { elementType } from '../../tensor/onnx/graph.js'
import { colors } from '../colors.js'
import type { Range, Term } from '../contract.js'

/**
 * `φ(−M)·L`, [n, C]. `M[i, j] = KL(p_i ‖ q_j)` compares the distributions of a query and a support image over the texts of
 * all classes, `p = softmax(T·Wᵀ/τ)` and `q = softmax(F·Wᵀ/τ)`, always in `clip`. `φ` maps `M` to the range of the
 * affinities `A` in the chosen space: `φ(−M) = −[(M − min M)/(max M − min M)·(max A − min A) + min A]`.
 *
 * SuS-X, arXiv 2211.16198. `M` itself is computed only to take its range. Its class sums,
 * `Σ_{j∈c} M_ij = n_c·Σ_k p_ik·log p_ik − Σ_k p_ik·Σ_{j∈c} log q_jk`, are one product with a C×C matrix, not with all keys.
 */
export const textDistributionKl = (options: {
  readonly weight: string
  readonly temperature: number
}): Term => ({
  name: 'kl',
  summary: 'How similarly the image and the support images of the class fit the texts of all classes.',
  formula: String.raw`\varphi(-M)\,L`,
  color: colors.amber,
  weight: options.weight,
  shapes: [],
  usesTexts: true,
  usesKeys: true,

  async ranges(batch) {
    return {
      affinity: affinityRange(await batch.affinities()),
      divergence: await divergenceRange(batch, options.temperature),
    }
  },

  async logits(batch, _shapes, { affinity, divergence }) {
    const sums = await divergenceSums(batch, options.temperature)
    const slope = widthOf(affinity) / (widthOf(divergence) || Number.POSITIVE_INFINITY)
    const minAffinity = finite(affinity?.min)
    const minDivergence = finite(divergence?.min)
    for (let i = 0, at = 0; i < sums.rows; i++) {
      for (let c = 0; c < sums.columns; c++, at++) {
        const n = batch.cache.counts[c] as number
        sums.data[at] = -(((sums.data[at] as number) - n * minDivergence) * slope + n * minAffinity)
      }
    }
    return sums
  },

  // `slope·(n_c·min M − Σ_j M_ij) − n_c·min A`, in double precision: the sums differ little from class to class.
  async graph(cache, _shapes, { affinity, divergence }) {
    const slope = widthOf(affinity) / (widthOf(divergence) || Number.POSITIVE_INFINITY)
    const base = finite(divergence?.min) * slope - finite(affinity?.min)
    return {
      constants: {
        ...{ temperature: options.temperature, classes: cache.classes, logClasses: Math.log(cache.classes) },
        classRatios: transposed(await classLogRatios(cache, options.temperature)),
        counts: Float32Array.from(cache.counts),
        offsets: Float32Array.from(cache.counts, (count) => count * base),
        ...{ slope, acrossClasses: [1] },
      },
      nodes: [
        ...logRatioNodes('textSimilarities', 'ratios'),
        ...['classes', 'classRatios', 'counts', 'offsets', 'slope'].map(wide),
        operator('Exp', ['ratios'], 'scaledProbabilities'),
        operator('Div', ['scaledProbabilities', 'wide classes'], 'probabilities'),
        operator('Mul', ['probabilities', 'ratios'], 'products'),
        operator('ReduceSum', ['products', 'acrossClasses'], 'negentropies', { keepdims: 1 }),
        operator('Mul', ['negentropies', 'wide counts'], 'own'),
        operator('MatMul', ['probabilities', 'wide classRatios'], 'cross'),
        operator('Sub', ['own', 'cross'], 'divergences'),
        operator('Mul', ['divergences', 'wide slope'], 'scaledDivergences'),
        operator('Sub', ['wide offsets', 'scaledDivergences'], 'logits'),
        operator('Cast', ['logits'], 'result', { to: elementType.float }),
      ],
    }
  },
})

const wide = (name: string) => operator('Cast', [name], `wide ${name}`, { to: elementType.double })

/** `Σ_{j∈c} KL(p_i ‖ q_j)`, [n, C]. */
async function divergenceSums(batch: Batch, temperature: number): Promise<Matrix> {
  const { cache } = batch
  const queries = await logRatios(batch, temperature)
  const cross = await cache.kernels.dot(probabilities(queries), await classLogRatios(cache, temperature))
  const negentropies = negativeEntropies(queries)
  for (let i = 0, at = 0; i < cross.rows; i++) {
    for (let c = 0; c < cross.columns; c++, at++) {
      const n = cache.counts[c] as number
      cross.data[at] = n * (negentropies[i] as number) - (cross.data[at] as number)
    }
  }
  return cross
}

/** The minimum and maximum `KL(p_i ‖ q_j)` over all queries and keys. */
async function divergenceRange(batch: Batch, temperature: number): Promise<Range> {
  const queries = await logRatios(batch, temperature)
  const cross = await batch.cache.kernels.dot(
    probabilities(queries),
    await keyLogRatios(batch.cache, temperature),
  )
  const negentropies = negativeEntropies(queries)
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (let i = 0, at = 0; i < cross.rows; i++) {
    for (let j = 0; j < cross.columns; j++, at++) {
      const divergence = (negentropies[i] as number) - (cross.data[at] as number)
      if (divergence < min) min = divergence
      if (divergence > max) max = divergence
    }
  }
  return { min, max }
}

function affinityRange({ data }: Matrix): Range {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (let at = 0; at < data.length; at++) {
    const affinity = data[at] as number
    if (affinity < min) min = affinity
    if (affinity > max) max = affinity
  }
  return { min, max }
}

/** `log p + log C` of the queries, [n, C]. Relative to the uniform distribution, small numbers stay precise. */
const logRatios = async (batch: Batch, temperature: number): Promise<Matrix> =>
  batch.cache.kernels.logSoftmax(await batch.textSimilarities(), temperature)

/** `log q + log C` of the keys, [S, C]. */
const keyLogRatios = (cache: Cache, temperature: number): Promise<Matrix> =>
  cache.derive(`log ratios of keys at ${temperature}`, async () => {
    const { kernels, keys, textClassifier } = cache
    if (textClassifier === null) throw new Error('this cache has no text classifier')
    return kernels.keep(await kernels.logSoftmax(await kernels.dot(keys, textClassifier), temperature))
  })

/** `Σ_{j∈c} (log q_j + log C)`, [C, C]. */
const classLogRatios = (cache: Cache, temperature: number): Promise<Matrix> =>
  cache.derive(`log ratios of classes at ${temperature}`, async () => {
    const { data } = await keyLogRatios(cache, temperature)
    const sums = matrix(cache.classes, cache.classes)
    for (let j = 0, at = 0; j < cache.labels.length; j++) {
      const row = (cache.labels[j] as number) * cache.classes
      for (let k = 0; k < cache.classes; k++, at++) {
        sums.data[row + k] = (sums.data[row + k] as number) + (data[at] as number)
      }
    }
    return sums
  })

const probabilities = ({ rows, columns, data }: Matrix): Matrix =>
  matrix(
    rows,
    columns,
    data.map((ratio) => Math.exp(ratio) / columns),
  )

/** `Σ_k p_k·(log p_k + log C)` of every row. */
function negativeEntropies({ rows, columns, data }: Matrix): Float64Array {
  const sums = new Float64Array(rows)
  for (let i = 0, at = 0; i < rows; i++) {
    for (let k = 0; k < columns; k++, at++) {
      const ratio = data[at] as number
      sums[i] = (sums[i] as number) + (Math.exp(ratio) / columns) * ratio
    }
  }
  return sums
}

/** The width of a range; 0 for an empty one, as with a single support image. */
const widthOf = (range: Range | undefined): number => (range ? Math.max(0, range.max - range.min) : 0)

/** A bound of a range; 0 for an empty one. */
const finite = (value: number | undefined): number =>
  value !== undefined && Number.isFinite(value) ? value : 0
