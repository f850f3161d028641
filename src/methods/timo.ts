import { colors } from './colors.js'
import { defineMethod, geomspace, linspace, shape, weight } from './contract.js'
import { papers } from './papers.js'
import { guidedDiscriminant, guidedZeroShot } from './terms/guided-texts.js'

const alpha = weight({
  default: 0.03,
  grid: [0, ...geomspace(1e-4, 100, 61)],
  summary: 'How much support images and prompts count beside the texts.',
})

/** TIMO: logits `s·T·W_γᵀ + α·(T·Vᵀ + b)`, texts guided by images, and a Gaussian discriminant guided by texts. */
export const timo = () =>
  defineMethod({
    id: 'timo',
    name: 'TIMO',
    summary:
      'Prompts count by how well they match the support images of their class, and are images of the class for a Gaussian discriminant.',
    color: colors.plum,
    paper: papers.timo,
    space: 'clip',
    spaces: ['clip'],
    needs: ['prompts'],
    hyperparameters: { alpha },
    terms: [guidedZeroShot({}), guidedDiscriminant({ weight: 'alpha' })],
  })

/** TIMO-S: TIMO, whose sharpness γ and number of prompts are selected too. */
export const timoS = () =>
  defineMethod({
    id: 'timo-s',
    name: 'TIMO-S',
    summary: 'TIMO, in which how sharply prompts are weighted and how many guide the images is selected too.',
    color: colors.plum,
    paper: papers.timo,
    space: 'clip',
    spaces: ['clip'],
    needs: ['prompts'],
    hyperparameters: {
      alpha,
      gamma: shape({
        default: 50,
        grid: linspace(5, 100, 20),
        summary: 'How sharply prompts are weighted by their match with the images.',
      }),
      prompts: shape({
        default: 64,
        grid: [1, 2, 4, 8, 16, 32, 64],
        whole: true,
        summary: 'How many prompts of a class are images for the discriminant.',
      }),
    },
    terms: [guidedZeroShot({ gamma: 'gamma' }), guidedDiscriminant({ weight: 'alpha', prompts: 'prompts' })],
  })
