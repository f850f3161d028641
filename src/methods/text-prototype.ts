import { colors } from './colors.js'
import { defineMethod, shape, weight } from './contract.js'
import { papers } from './papers.js'
import { textPrototype as term } from './terms/text-prototype.js'
import { zeroShot } from './terms/zero-shot.js'

/** Class means with their texts as a prior: logits `s·T·Wᵀ + α·exp(−β(1 − U·Pᵀ))`, P the means pulled to the texts. */
export const textPrototype = () =>
  defineMethod({
    id: 'text-prototype',
    name: 'Prototype with texts',
    summary:
      'Zero-shot CLIP plus how near the image is to the mean of the support images of each class, where the text of the class counts as much as k images.',
    color: colors.forest,
    paper: papers.prototypes,
    space: 'shrunk',
    needs: ['projected-texts'],
    hyperparameters: {
      alpha: weight({
        default: 20,
        grid: [0, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000],
        summary: 'How much the class means count beside the texts.',
      }),
      k: shape({
        default: 1,
        grid: [0, 0.5, 1, 2, 4],
        summary: 'How many images the text of a class is worth.',
      }),
      beta: shape({
        default: 5.5,
        grid: [0, 1, 2, 4, 8],
        summary: 'How sharply a class mean loses influence with distance.',
      }),
    },
    terms: [zeroShot(), term({ weight: 'alpha', sharpness: 'beta', prior: 'k' })],
  })
