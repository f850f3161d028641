import { colors } from './colors.js'
import { defineMethod, shape, weight } from './contract.js'
import { papers } from './papers.js'
import { nearestNeighbours } from './terms/nearest-neighbours.js'
import { zeroShot } from './terms/zero-shot.js'

/** k nearest neighbours: logits `s·T·Wᵀ + α·exp(−β(1 − A_k))·L`, A_k the affinities with the k nearest keys alone. */
export const knn = () =>
  defineMethod({
    id: 'knn',
    name: 'k nearest neighbours',
    aliases: ['kNN'],
    summary: 'Zero-shot CLIP plus the votes of the nearest support images.',
    color: colors.olive,
    paper: papers.neighbours,
    space: 'shrunk',
    hyperparameters: {
      alpha: weight({
        default: 1,
        grid: [0, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200],
        summary: 'How much the nearest images count beside the texts.',
      }),
      k: shape({
        default: 4,
        grid: [1, 2, 4, 8, 16, 32],
        whole: true,
        summary: 'The number of support images that vote.',
      }),
      beta: shape({
        default: 5.5,
        grid: [0, 2, 5.5, 11],
        summary: 'How sharply a support image loses influence with distance.',
      }),
    },
    terms: [zeroShot(), nearestNeighbours({ weight: 'alpha', count: 'k', sharpness: 'beta' })],
  })
