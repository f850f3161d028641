import { defineMethod, linspace, mapMatrix, matrix, rowOf, weight, zeroShot } from 'shotboard'

const range = (count, from = 0, step = 1) => Array.from({ length: count }, (_, i) => from + i * step)
const sum = (values) => values.reduce((all, value) => all + value, 0)
const dot = (a, b) => sum(a.map((value, k) => value * b[k]))
const softmax = (values) => {
  const powers = values.map((value) => Math.exp(value - Math.max(...values)))
  return powers.map((power) => power / sum(powers))
}
/** 2·F_s·F_tᵀ, [n·P, C]: how well each patch fits each text. */
const fits = async ({ features }, { kernels, textClassifier }) =>
  mapMatrix(await kernels.dot(features, textClassifier), (similarity) => 2 * similarity)

/** 100·F_v·F_t^aᵀ: the image beside its patches, weighted by how well each fits the text. */
const textsSeen = {
  ...{ name: 'texts-seen', summary: 'How alike the image and its patches that fit the text are.' },
  ...{ weight: 'beta2', shapes: [], usesTexts: true, usesKeys: false },
  async logits({ rows, queries, cache, ...batch }) {
    const patches = await batch.patches()
    const fit = await fits(patches, cache)
    const logits = matrix(rows, cache.classes)
    for (let i = 0; i < rows; i++) {
      const own = range(patches.perImage, i * patches.perImage)
      const alike = own.map((p) => dot(rowOf(queries, i), rowOf(patches.features, p)))
      for (let c = 0; c < cache.classes; c++) {
        logits.data[i * cache.classes + c] = 100 * dot(softmax(own.map((p) => rowOf(fit, p)[c])), alike)
      }
    }
    return logits
  },
}

/** 100·F_v^a·F_tᵀ: for each patch the texts that fit it; their mean and their maximum over patches. */
const imageSeen = {
  ...{ name: 'image-seen', summary: 'How alike the text and the texts that fit the patches are.' },
  ...{ weight: 'beta3', shapes: [], usesTexts: true, usesKeys: false },
  async logits(batch) {
    const { kernels, textClassifier } = batch.cache
    const patches = await batch.patches()
    const attention = await fits(patches, batch.cache)
    for (let p = 0; p < attention.rows; p++) rowOf(attention, p).set(softmax([...rowOf(attention, p)]))
    const seen = await kernels.multiply(attention, textClassifier) // [n·P, d]
    const pooled = matrix(batch.rows, textClassifier.columns)
    for (let i = 0; i < batch.rows; i++) {
      const own = range(patches.perImage, i * patches.perImage).map((p) => rowOf(seen, p))
      const pool = (values) => sum(values) / values.length + Math.max(...values)
      rowOf(pooled, i).set(range(pooled.columns).map((k) => pool(own.map((row) => row[k]))))
    }
    return mapMatrix(await kernels.dot(pooled, textClassifier), (similarity) => 100 * similarity)
  },
}
const beta = (last, summary) => weight({ default: last / 10, grid: linspace(0, last, 50), summary })
const hyperparameters = { beta2: beta(5, 'How much texts seen count.'), beta3: beta(0.2, 'And images seen.') }
const about = {
  summary: 'Patches and texts attend to each other, without parameters (arXiv 2209.14169).',
  space: null,
}
const terms = [zeroShot(), textsSeen, imageSeen]
const calip = { ...{ id: 'calip', name: 'CALIP', needs: ['patches'] }, ...about, hyperparameters, terms }
export default { name: 'shotboard-test-calip', methods: [defineMethod(calip)] }
