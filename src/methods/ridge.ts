import { colors } from './colors.js'
import { defineMethod, shape, weight } from './contract.js'
import { papers } from './papers.js'
import { ridgeRegression } from './terms/ridge-regression.js'
import { zeroShot } from './terms/zero-shot.js'

/** Ridge regression of the labels: logits `s·T·Wᵀ + α·((U − m)·V + y̅)`. */
export const ridge = () =>
  defineMethod({
    id: 'ridge',
    name: 'Ridge regression',
    summary:
      'Zero-shot CLIP plus a linear regression of the labels on the support images, with an L2 penalty.',
    color: colors.crimson,
    paper: papers.ridge,
    space: 'shrunk',
    hyperparameters: {
      alpha: weight({
        default: 20,
        grid: [0, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
        summary: 'How much the regression counts beside the texts.',
      }),
      lambda: shape({
        default: 1,
        grid: [0.01, 0.1, 1, 10, 100],
        summary: 'The penalty of large coefficients.',
      }),
    },
    terms: [zeroShot(), ridgeRegression({ weight: 'alpha', penalty: 'lambda' })],
  })
