import type { Batch, Plugin, Term } from 'shotboard'
import { defineMethod, linspace, matrix, shape, weight, zeroShot } from 'shotboard'

/** `exp(−β(1 − max A))`, [n, C]: A, the similarities with the support images of each class. */
const nearest = (): Term => ({
  name: 'nearest',
  summary: 'How near the image is to the nearest support image of the class.',
  formula: String.raw`\exp\!\left(-\beta\left(1 - \max_{j \in c} U G_j^\top\right)\right)`,
  weight: 'alpha',
  shapes: ['beta'],
  usesTexts: false,
  usesKeys: true,
  async logits(batch: Batch, { beta = 0 }) {
    const { labels, classes, counts } = batch.cache
    const { data } = await batch.affinities() // [n, S]
    const best = new Float32Array(batch.rows * classes).fill(-1)
    for (const [at, affinity] of data.entries()) {
      const query = Math.floor(at / labels.length)
      const to = query * classes + (labels[at % labels.length] ?? 0)
      best[to] = Math.max(best[to] ?? -1, affinity)
    }
    // A class without support images adds 0.
    const logits = best.map((a, at) => (counts[at % classes] === 0 ? 0 : Math.exp(-beta * (1 - a))))
    return matrix(batch.rows, classes, logits)
  },
})

const method = () =>
  defineMethod({
    id: '__ID__',
    name: '__TITLE__',
    summary: 'Zero-shot CLIP plus the nearest support image of each class.',
    space: 'clip',
    hyperparameters: {
      alpha: weight({
        default: 1,
        grid: linspace(0, 20, 200),
        summary: 'How much the nearest image counts.',
      }),
      beta: shape({ default: 5.5, grid: linspace(0, 20, 20), summary: 'How sharply its influence falls.' }),
    },
    terms: [zeroShot(), nearest()],
  })

export default { name: '__NAME__', methods: [method()] } satisfies Plugin
