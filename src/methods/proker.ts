import { colors } from './colors.js'
import { defineMethod, shape, weight } from './contract.js'
import { papers } from './papers.js'
import { proximalRegression } from './terms/proximal-regression.js'
import { zeroShot } from './terms/zero-shot.js'

/** ProKeR: logits `s·T·Wᵀ + α·k(U, G)·(k(G, G) + λ·I)⁻¹·(L − softmax(s·F·Wᵀ))`. */
export const proker = () =>
  defineMethod({
    id: 'proker',
    name: 'ProKeR',
    summary: 'Zero-shot CLIP plus a kernel ridge regression of what it gets wrong on the support images.',
    color: colors.rose,
    paper: papers.proker,
    space: 'clip',
    hyperparameters: {
      alpha: weight({
        default: 10,
        grid: [0, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200],
        summary: 'How much the correction counts.',
      }),
      beta: shape({
        default: 5.5,
        grid: [1, 2, 4, 8, 16],
        summary: 'How sharply a support image loses influence with distance.',
      }),
      lambda: shape({
        default: 1,
        grid: [0.01, 0.1, 1, 10],
        summary: 'The penalty of departing from zero-shot CLIP.',
      }),
    },
    terms: [zeroShot(), proximalRegression({ weight: 'alpha', sharpness: 'beta', penalty: 'lambda' })],
  })
