import { colors } from './colors.js'
import { defineMethod, shape } from './contract.js'
import { cacheWeight } from './hyperparameters.js'
import { papers } from './papers.js'
import { priorRefinedCache } from './terms/prior-refined-cache.js'
import { zeroShot } from './terms/zero-shot.js'

/** APE: logits `s·T·Wᵀ + α·exp(−β(1 − T'·F'ᵀ))·diag(exp(γ·δ))·L`. */
export const ape = () =>
  defineMethod({
    id: 'ape',
    name: 'APE',
    summary:
      'Tip-Adapter in the dimensions in which classes differ most; images that fit their text badly count more.',
    color: colors.fern,
    paper: papers.ape,
    space: 'clip',
    spaces: ['clip'],
    hyperparameters: {
      alpha: cacheWeight(),
      beta: shape({
        default: 5.5,
        grid: [0.1, 1, 2, 4, 5.5, 8, 11, 15],
        summary: 'How sharply a support image loses influence with distance.',
      }),
      gamma: shape({
        default: 0.2,
        grid: [0, 0.05, 0.1, 0.2, 0.4],
        summary: 'How much more a support image counts that fits the text of its class badly.',
      }),
    },
    terms: [zeroShot(), priorRefinedCache({ weight: 'alpha', sharpness: 'beta', divergence: 'gamma' })],
  })
