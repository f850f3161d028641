import { defineMethod } from './contract.js'
import { cacheSharpness, cacheWeight } from './hyperparameters.js'
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
      alpha: cacheWeight(),
      beta: cacheSharpness(),
    },
    terms: [zeroShot(), classPrototype({ weight: 'alpha', sharpness: 'beta' })],
  })
