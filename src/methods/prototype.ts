import { defineMethod, linspace, weight } from './contract.js'
import { cacheSharpness } from './hyperparameters.js'
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
    space: 'whitened',
    hyperparameters: {
      // A class has one vote, not one for each image: it takes a greater weight to be heard beside the texts.
      alpha: weight({
        default: 20,
        grid: linspace(0, 100, 201),
        summary: 'How much the class means count beside the texts.',
      }),
      beta: cacheSharpness(),
    },
    terms: [zeroShot(), classPrototype({ weight: 'alpha', sharpness: 'beta' })],
  })
