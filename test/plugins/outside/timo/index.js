import * as shotboard from 'shotboard'

const { classMeans, defineMethod, discriminantLogits, fitDiscriminant, mapMatrix, rowOf, unitRows } =
  shotboard

/** The prompts, and m, [P]: how well each fits the mean support image of its class. */
const matched = (cache) =>
  cache.derive('matched', async () => {
    const prompts = await cache.prompts()
    const images = unitRows(classMeans(cache.spaceKeys, cache.labels, cache.classes))
    const dot = (a, b) => a.reduce((sum, value, k) => sum + value * b[k], 0)
    return {
      prompts,
      m: Array.from(prompts.labels, (c, p) => dot(rowOf(images, c), rowOf(prompts.features, p))),
    }
  })

/** T·W'ᵀ, W'_c the mean of the prompts of a class, weighted by softmax(γ·m_c/‖m_c‖) and made unit. */
const guidedTexts = {
  ...{ name: 'texts', summary: 'How well the image fits the prompts that fit the support images.' },
  ...{ weight: 'alpha', shapes: ['gamma'], usesTexts: true, usesKeys: true },
  async logits(batch, { gamma }) {
    const { classes, kernels } = batch.cache
    const { prompts, m } = await matched(batch.cache)
    const { labels, features } = prompts
    const squares = new Float64Array(classes)
    for (const [p, c] of labels.entries()) squares[c] += m[p] ** 2
    const weights = m.map((each, p) => Math.exp(gamma * (each / (Math.sqrt(squares[labels[p]]) || 1) - 1)))
    const guided = mapMatrix(features, (value, p) => weights[p] * value)
    return kernels.dot(batch.queries, unitRows(classMeans(guided, labels, classes)))
  },
}

/** The Gaussian discriminant of the support images and, as more of them, of all prompts m_p·t_p. */
const discriminant = {
  ...{ name: 'gda', summary: 'How likely the image is under normal distributions of images and prompts.' },
  ...{ weight: null, shapes: [], usesTexts: true, usesKeys: true },
  async logits(batch) {
    const { cache, queries } = batch
    const fitted = await cache.derive('discriminant', async () => {
      const { prompts, m } = await matched(cache)
      const instances = mapMatrix(prompts.features, (value, p) => m[p] * value)
      const spaceKeys = shotboard.stackRows([instances, cache.spaceKeys])
      const labels = Int32Array.of(...prompts.labels, ...cache.labels)
      return fitDiscriminant({ ...cache, spaceKeys, labels })
    })
    return discriminantLogits(queries, fitted, cache.kernels)
  },
}
const [alphas, gammas] = [shotboard.geomspace(1e-4, 1e6, 11), [1, 5, 10, 20, 50, 100]]
const timo = defineMethod({
  ...{ id: 'timo', name: 'TIMO', space: 'clip', spaces: ['clip'], needs: ['prompts'] },
  summary: 'Prompts and images guide each other (arXiv 2412.11375).',
  terms: [guidedTexts, discriminant],
  hyperparameters: {
    alpha: shotboard.weight({ default: 100, grid: alphas, summary: 'How much the texts count.' }),
    gamma: shotboard.shape({ default: 50, grid: gammas, summary: 'How sharply prompts are chosen.' }),
  },
})
export default { name: 'shotboard-test-timo', methods: [timo] }
