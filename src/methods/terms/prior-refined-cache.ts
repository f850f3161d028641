import type { Cache } from '../../cache/contract.js'
import { operator, sharpening } from '../../tensor/kernels.js'
import { gatherColumns, type Matrix, matrix, rowOf, unitRows } from '../../tensor/matrix.js'
import { colors } from '../colors.js'
import type { Term } from '../contract.js'
import { symbolOf } from '../formula.js'
import { classSums } from './class-sums.js'

/**
 * The cache of APE, "Not All Features Matter" (arXiv 2304.01195): `exp(−β(1 − T'·F'ᵀ))·diag(exp(γ·δ))·L`, [n, C].
 *
 * T' and F' have only the dimensions k with the largest `−0.7·s_k + 0.3·v_k`, made unit: s_k the mean product of features (of
 * images and texts) of different classes, v_k the variance of the texts over classes. So they are those in which classes
 * differ. `δ_j = log₂((1 + ε)/(p_j + ε))` is how badly a key fits its class's text among all texts, `p_j = softmax(F'·W'ᵀ)_y`, ε = 10⁻⁶.
 */
export const priorRefinedCache = (names: {
  readonly weight: string
  readonly sharpness: string
  readonly divergence: string
}): Term => ({
  name: 'cache',
  summary:
    'How near the image is to the support images of the class, in the dimensions in which classes differ most.',
  formula: String.raw`\exp\!\left(-${symbolOf(names.sharpness)}\left(1 - T'F'^\top\right)\right)\mathrm{diag}\!\left(e^{${symbolOf(names.divergence)}\delta}\right)L`,
  color: colors.blue,
  weight: names.weight,
  shapes: [names.sharpness, names.divergence],
  usesTexts: true,
  usesKeys: true,
  async logits(batch, shapes) {
    const { cache } = batch
    const { dimensions, keys, divergences } = await refinedIn(cache)
    const affinities = await batch.derive('refined affinities', async () =>
      cache.kernels.dot(unitRows(gatherColumns(await batch.spaceQueries(), dimensions)), keys),
    )
    const values = await cache.kernels.sharpen(affinities, shapes[names.sharpness] as number)
    const factors = divergences.map((divergence) =>
      Math.exp((shapes[names.divergence] as number) * divergence),
    )
    return batch.classSums(
      matrix(
        values.rows,
        values.columns,
        values.data.map((value, at) => value * (factors[at % values.columns] as number)),
      ),
    )
  },
  async graph(cache, shapes) {
    const { dimensions, keys, divergences } = await refinedIn(cache)
    const [beta, gamma] = [shapes[names.sharpness] as number, shapes[names.divergence] as number]
    const sums = classSums(cache.counts)
    return {
      constants: {
        ...{ ...sums.constants, dimensions, keys, beta },
        factors: Float32Array.from(divergences, (divergence) => Math.exp(gamma * divergence)),
      },
      nodes: [
        operator('Gather', ['spaceQueries', 'dimensions'], 'chosen', { axis: 1 }),
        operator('LpNormalization', ['chosen'], 'refined', { axis: 1, p: 2 }),
        operator('Gemm', ['refined', 'keys'], 'affinities', { transB: 1 }),
        ...sharpening('values'),
        operator('Mul', ['values', 'factors'], 'weights'),
        ...sums.nodes,
      ],
    }
  },
})

const refinedIn = (cache: Cache) => cache.derive('refined cache', () => refine(cache))

/** The share of dimensions that are kept; the published settings keep about four fifths. */
const keptShare = 0.8
const epsilon = 1e-6

async function refine(cache: Cache) {
  const { spaceKeys: keys, labels, textClassifier, kernels } = cache
  const texts = textClassifier ?? matrix(cache.classes, keys.columns)
  const dimensions = bestDimensions(cache, texts)
  const refined = unitRows(gatherColumns(keys, dimensions))
  const similarities = await kernels.dot(refined, unitRows(gatherColumns(texts, dimensions)))
  const divergences = Float64Array.from(labels, (label, j) => {
    const row = rowOf(similarities, j)
    const sum = row.reduce((all, value) => all + Math.exp(value), 0)
    return Math.log2((1 + epsilon) / (Math.exp(row[label] as number) / sum + epsilon))
  })
  return { dimensions, keys: refined, divergences }
}

/** The dimensions to keep, ascending. */
function bestDimensions({ spaceKeys: keys, labels, classes }: Cache, texts: Matrix): number[] {
  const d = keys.columns
  const criterion = Array.from({ length: d }, (_, k) => {
    const sums = Float64Array.from({ length: classes }, (_, c) => texts.data[c * d + k] as number)
    const counts = new Float64Array(classes).fill(1)
    let [mean, squares] = [0, 0]
    for (const text of sums) mean += text / classes
    for (const text of sums) squares += (text - mean) ** 2
    for (const [j, label] of labels.entries()) {
      sums[label] = (sums[label] as number) + (keys.data[j * d + k] as number)
      counts[label] = (counts[label] as number) + 1
    }
    const [sum, count] = [sums.reduce((a, b) => a + b, 0), counts.reduce((a, b) => a + b, 0)]
    const within = sums.reduce((all, each) => all + each * each, 0)
    const pairs = count * count - counts.reduce((all, each) => all + each * each, 0)
    const likeness = pairs > 0 ? (sum * sum - within) / pairs : 0
    return -0.7 * likeness + 0.3 * (classes > 1 ? squares / (classes - 1) : 0)
  })
  const order = [...criterion.keys()].sort(
    (a, b) => (criterion[b] as number) - (criterion[a] as number) || a - b,
  )
  return order.slice(0, Math.max(1, Math.round(keptShare * d))).sort((a, b) => a - b)
}
