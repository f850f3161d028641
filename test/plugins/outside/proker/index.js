import { defineMethod, linspace, matrix, shape, transposed } from 'shotboard'

/** `T·Wᵀ`, the cosines with the texts, as they are. */
const texts = () => ({
  ...{ name: 'texts', summary: 'How well the image fits the texts of the class.' },
  ...{ weight: null, shapes: [], usesTexts: true, usesKeys: false },
  logits: async (batch) => {
    const { rows, columns, data } = await batch.textSimilarities()
    return matrix(rows, columns, data.slice())
  },
})

/**
 * `k(x)·(K/λ + I)⁻¹·(L − F·Wᵀ)`, `K = exp(−β(1 − G·Gᵀ))`: kernel ridge regression of what the texts miss. With
 * `K = QΛQᵀ` every λ costs two products.
 */
const residual = () => ({
  ...{ name: 'residual', summary: 'What the texts miss of support images like this one.' },
  ...{ weight: null, shapes: ['beta', 'lambda'], usesTexts: true, usesKeys: true },
  async logits(batch, { beta, lambda }) {
    const { cache } = batch
    const { kernels, spaceKeys, keys, labels, classes } = cache
    const { values, vectors, missing } = await cache.derive(`spectrum at ${beta}`, async () => {
      const kernel = await kernels.sharpen(await kernels.dot(spaceKeys, spaceKeys), beta)
      const spectrum = await kernels.eigh(keys.rows, Float64Array.from(kernel.data))
      const vectors = matrix(keys.rows, keys.rows, Float32Array.from(spectrum.vectors))
      const { data } = await kernels.dot(keys, cache.textClassifier)
      const residuals = data.map(
        (cosine, at) => Number(labels[Math.floor(at / classes)] === at % classes) - cosine,
      )
      const missing = await kernels.multiply(transposed(vectors), matrix(keys.rows, classes, residuals))
      return { values: spectrum.values, vectors, missing }
    })
    const shrunk = missing.data.map((value, at) => value / (values[Math.floor(at / classes)] / lambda + 1))
    const coefficients = await kernels.multiply(vectors, matrix(keys.rows, classes, shrunk))
    return kernels.multiply(await kernels.sharpen(await batch.affinities(), beta), coefficients)
  },
})

const proker = () =>
  defineMethod({
    id: 'proker',
    name: 'ProKeR',
    summary: 'Zero-shot CLIP plus a kernel ridge regression of what it misses (arXiv 2501.11175).',
    space: 'clip',
    hyperparameters: {
      beta: shape({ default: 5.5, grid: linspace(0.5, 20, 20), summary: 'How narrow the kernel is.' }),
      lambda: shape({ default: 1, grid: linspace(0.1, 10, 150), summary: 'How much the texts are trusted.' }),
    },
    terms: [texts(), residual()],
  })

export default { name: 'shotboard-test-proker', methods: [proker()] }
