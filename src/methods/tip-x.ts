import { colors } from './colors.js'
import { defineMethod, linspace, weight } from './contract.js'
import { cacheSharpness, cacheWeight } from './hyperparameters.js'
import { papers } from './papers.js'
import { cacheAffinity } from './terms/cache-affinity.js'
import { textDistributionKl } from './terms/text-distribution-kl.js'
import { zeroShot } from './terms/zero-shot.js'

/** Tip-X: logits `s·T·Wᵀ + α·exp(−β(1 − U·Gᵀ))·L + γ·φ(−M)·L`. */
export const tipX = () =>
  defineMethod({
    id: 'tip-x',
    name: 'Tip-X',
    aliases: ['TX'],
    summary:
      'Tip-Adapter plus a comparison of the image with the support images by how well each fits the texts of all classes.',
    paper: papers.susX,
    color: colors.vermilion,
    space: 'clip',
    hyperparameters: {
      alpha: cacheWeight(),
      beta: cacheSharpness(),
      gamma: weight({
        default: 1,
        grid: linspace(0, 30, 50),
        summary: 'How much the divergence of the text distributions counts.',
      }),
    },
    terms: [
      zeroShot(),
      cacheAffinity({ weight: 'alpha', sharpness: 'beta' }),
      textDistributionKl({ weight: 'gamma', temperature: 0.5 }),
    ],
  })
