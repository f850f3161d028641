import { colors } from './colors.js'
import { defineMethod, geomspace, weight } from './contract.js'
import { papers } from './papers.js'
import { linearDiscriminant } from './terms/linear-discriminant.js'
import { zeroShot } from './terms/zero-shot.js'

/** Linear discriminant analysis: logits `s·T·Wᵀ + α·(U·Vᵀ + b)`, with the covariance of Ledoit and Wolf. */
export const lda = () =>
  defineMethod({
    id: 'lda',
    name: 'Linear discriminant',
    aliases: ['LDA'],
    summary:
      "Zero-shot CLIP plus Fisher's linear discriminant, with a covariance shrunk as Ledoit and Wolf do.",
    color: colors.violet,
    paper: papers.ledoitWolf,
    space: 'clip',
    hyperparameters: {
      alpha: weight({
        default: 0.1,
        grid: [0, ...geomspace(1e-4, 100, 61)],
        summary: 'How much the discriminant counts beside the texts.',
      }),
    },
    terms: [zeroShot(), linearDiscriminant({ weight: 'alpha' })],
  })
