import { defineMethod, linspace, matrix, rowOf, shape, weight, zeroShot } from 'shotboard'

/** The share of each class among the k support images nearest to the image, [n, C]. */
const votes = () => ({
  name: 'votes',
  summary: 'The share of the class among the nearest support images.',
  weight: 'alpha',
  shapes: ['neighbours'],
  usesTexts: false,
  usesKeys: true,
  async logits(batch, { neighbours }) {
    const { labels, classes } = batch.cache
    const affinities = await batch.affinities() // [n, S]
    const shares = matrix(batch.rows, classes)
    const k = Math.min(neighbours, labels.length)
    for (let i = 0; i < batch.rows; i++) {
      const row = rowOf(affinities, i)
      const nearest = [...row.keys()].sort((a, b) => row[b] - row[a]).slice(0, k)
      for (const s of nearest) shares.data[i * classes + labels[s]] += 1 / k
    }
    return shares
  },
})

const knn = () =>
  defineMethod({
    id: 'knn',
    name: 'k nearest neighbours',
    summary: 'Zero-shot CLIP plus the votes of the nearest support images.',
    space: 'clip',
    hyperparameters: {
      alpha: weight({ default: 5, grid: linspace(0, 20, 41), summary: 'How much the votes count.' }),
      neighbours: shape({
        ...{ default: 3, grid: [1, 2, 3, 5, 8, 16], whole: true },
        summary: 'How many support images vote.',
      }),
    },
    terms: [zeroShot(), votes()],
  })

export default { name: 'shotboard-test-knn', methods: [knn()] }
