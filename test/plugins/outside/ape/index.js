import * as shotboard from 'shotboard'

const { defineMethod, gatherRows, linspace, mapMatrix, rowOf, shape, transposed, unitRows, weight } =
  shotboard
const total = (values, of = (x) => x) => values.reduce((sum, value) => sum + of(value), 0)

/** The coordinates in which classes are alike least and their texts differ most (eq. 5 of the paper, w = 0.7 and 0.3). */
function refined({ spaceKeys, labels, classes, counts }, texts, share) {
  const samples = mapMatrix(texts, (value) => value)
  const d = texts.columns
  for (const [at, x] of spaceKeys.data.entries()) samples.data[labels[Math.floor(at / d)] * d + (at % d)] += x
  const [byClass, ofTexts] = [transposed(samples), transposed(texts)]
  const pairs = total(counts, (n) => n + 1) ** 2 - total(counts, (n) => (n + 1) ** 2) || 1
  const criterion = Array.from({ length: texts.columns }, (_, k) => {
    const [sums, text] = [rowOf(byClass, k), rowOf(ofTexts, k)]
    const alike = (total(sums) ** 2 - total(sums, (x) => x * x)) / pairs
    const variance = total(text, (x) => (x - total(text) / classes) ** 2) / (classes - 1 || 1)
    return 0.3 * variance - 0.7 * alike
  })
  const best = [...criterion.keys()].sort((a, b) => criterion[b] - criterion[a])
  return best.slice(0, Math.max(1, Math.round(share * best.length)))
}

/** exp(−β(1 − f'F'ᵀ))·(L·exp(γ·KL(L ‖ softmax(F'W'ᵀ)))), [n, C], ' the refined coordinates made unit. */
const cacheTerm = {
  ...{ name: 'cache', summary: 'How near the image is to support images, by how well these fit the texts.' },
  ...{ weight: 'alpha', shapes: ['beta', 'gamma', 'share'], usesTexts: true, usesKeys: true },
  async logits(batch, { beta, gamma, share }) {
    const { cache } = batch
    const { kernels, labels, classes, textClassifier } = cache
    const only = (features, chosen) => unitRows(transposed(gatherRows(transposed(features), chosen)))
    const { chosen, keys, divergence } = await cache.derive(`prior of ${share}`, async () => {
      const texts = await cache.projectTexts(textClassifier)
      const chosen = refined(cache, texts, share)
      const keys = only(cache.spaceKeys, chosen)
      const logs = await kernels.logSoftmax(await kernels.dot(keys, only(texts, chosen)), 1)
      const fits = Array.from(labels, (c, s) => Math.exp(rowOf(logs, s)[c]) / classes)
      return { chosen, keys, divergence: fits.map((q) => Math.log2((1 + 1e-6) / (q + 1e-6))) }
    })
    const affinities = await kernels.dot(only(await batch.spaceQueries(), chosen), keys)
    const values = await kernels.sharpen(affinities, beta)
    return batch.classSums(mapMatrix(values, (value, _, s) => value * Math.exp(gamma * divergence[s])))
  },
}
const ranging = (standard, grid, summary) => ({ default: standard, grid, summary })
const ape = defineMethod({
  ...{ id: 'ape', name: 'APE', space: 'clip', needs: ['projected-texts'] },
  summary: 'Tip-Adapter on the coordinates that tell classes apart (arXiv 2304.01195).',
  terms: [shotboard.zeroShot(), cacheTerm],
  hyperparameters: {
    alpha: weight(ranging(1, linspace(0, 20, 200), 'How much the cache counts.')),
    beta: shape(ranging(5.5, linspace(0.5, 20, 20), 'How sharply a support image loses influence.')),
    gamma: shape(ranging(0.1, linspace(0, 1, 10), 'How much images that fit their texts badly count.')),
    share: shape(ranging(0.7, [0.5, 0.6, 0.7, 0.8, 0.9, 1], 'The share of coordinates that are kept.')),
  },
})
export default { name: 'shotboard-test-ape', methods: [ape] }
