import { colors } from './colors.js'
import { defineMethod, geomspace, weight } from './contract.js'
import { papers } from './papers.js'
import { gaussianDiscriminant } from './terms/gaussian-discriminant.js'
import { zeroShot } from './terms/zero-shot.js'

/** Gaussian discriminant analysis: logits `s·T·Wᵀ + α·(U·Vᵀ + b)`, `V_c = Σ⁻¹·μ_c`, `b_c = −½·μ_cᵀ·Σ⁻¹·μ_c`. */
export const gda = () =>
  defineMethod({
    id: 'gda',
    name: 'Gaussian discriminant',
    aliases: ['GDA'],
    summary:
      'Zero-shot CLIP plus a Gaussian discriminant: one normal distribution for each class, all with the same covariance.',
    paper: papers.gda,
    color: colors.pink,
    space: 'clip',
    hyperparameters: {
      alpha: weight({
        default: 0.03,
        grid: [0, ...geomspace(1e-4, 100, 121)],
        summary: 'How much the support images count beside the texts.',
      }),
    },
    terms: [zeroShot(), gaussianDiscriminant({ weight: 'alpha' })],
  })
