import { colors } from './colors.js'
import { defineMethod, shape, weight } from './contract.js'
import { papers } from './papers.js'
import { classPrototype } from './terms/class-prototype.js'
import { zeroShot } from './terms/zero-shot.js'

/** Nearest class mean: logits `s·T·Wᵀ + α·exp(−β(1 − U·Pᵀ))`, P the unit class means of the keys. */
export const prototype = () =>
  defineMethod({
    id: 'prototype',
    name: 'Prototype',
    summary: 'Zero-shot CLIP plus how near the image is to the mean of the support images of each class.',
    paper: papers.prototypes,
    color: colors.green,
    space: 'shrunk',
    hyperparameters: {
      // A class has one mean, not one key for each image, so it needs a larger weight to count beside the texts. Finer
      // grids fitted the selection images better and other images worse (docs/accuracy.md).
      alpha: weight({
        default: 20,
        grid: [0, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000],
        summary: 'How much the class means count beside the texts.',
      }),
      beta: shape({
        default: 5.5,
        grid: [0, 1, 2, 4, 8],
        summary: 'How sharply a class mean loses influence with distance.',
      }),
    },
    terms: [zeroShot(), classPrototype({ weight: 'alpha', sharpness: 'beta' })],
  })
