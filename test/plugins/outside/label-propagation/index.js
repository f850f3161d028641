import { defineMethod, linspace, matrix, shape, sliceRows, stackRows, weight, zeroShot } from 'shotboard'

/**
 * The labels of the support images, spread to all queries along similarities: 20 steps of `F ← a·S·F + (1 − a)·Y`,
 * `S = D^(−1/2)·exp(−β(1 − X·Xᵀ))·D^(−1/2)` without its diagonal, X keys and queries. Zhou and others, "Learning with Local
 * and Global Consistency", 2003.
 */
const spread = () => ({
  name: 'spread',
  summary: 'The labels that reach the image from the support images by way of the other images.',
  weight: 'alpha',
  shapes: ['beta', 'reach'],
  usesTexts: false,
  usesKeys: true,
  async logits(batch, { beta, reach }) {
    const { kernels, spaceKeys, labels, classes } = batch.cache
    const all = stackRows([spaceKeys, await batch.spaceQueries()])
    const graph = await kernels.sharpen(await kernels.dot(all, all), beta)
    const degrees = new Float64Array(all.rows)
    for (let i = 0; i < all.rows; i++) graph.data[i * all.rows + i] = 0
    for (const [at, value] of graph.data.entries()) degrees[Math.floor(at / all.rows)] += value
    const root = degrees.map((degree) => (degree > 0 ? 1 / Math.sqrt(degree) : 0))
    for (let i = 0, at = 0; i < all.rows; i++) {
      for (let j = 0; j < all.rows; j++, at++) graph.data[at] *= root[i] * root[j]
    }
    const given = matrix(all.rows, classes)
    for (const [s, label] of labels.entries()) given.data[s * classes + label] = 1
    let current = given
    for (let step = 0; step < 20; step++) {
      const { data } = await kernels.multiply(graph, current)
      current = matrix(
        all.rows,
        classes,
        data.map((value, at) => reach * value + (1 - reach) * given.data[at]),
      )
    }
    const { data } = sliceRows(current, labels.length, all.rows)
    const sums = new Float64Array(batch.rows)
    for (const [at, value] of data.entries()) sums[Math.floor(at / classes)] += value
    return matrix(
      batch.rows,
      classes,
      data.map((value, at) => value / (sums[Math.floor(at / classes)] || 1)),
    )
  },
})

const method = defineMethod({
  ...{ id: 'label-propagation', name: 'Label propagation', space: 'clip', terms: [zeroShot(), spread()] },
  summary: 'Zero-shot CLIP plus labels that spread from support images to all images at once.',
  transductive: { alone: 'Labels then come from the support images alone.' },
  hyperparameters: {
    alpha: weight({ default: 10, grid: linspace(0, 100, 101), summary: 'How much the spread labels count.' }),
    beta: shape({ default: 20, grid: [5, 10, 20, 40], summary: 'How sharply similarity falls.' }),
    reach: shape({ default: 0.5, grid: [0, 0.25, 0.5, 0.75, 0.9], summary: 'How far labels spread.' }),
  },
})

export default { name: 'shotboard-test-label-propagation', methods: [method] }
