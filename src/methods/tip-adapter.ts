import { colors } from './colors.js'
import { defineMethod } from './contract.js'
import { cacheSharpness, cacheWeight } from './hyperparameters.js'
import { papers } from './papers.js'
import { cacheAffinity } from './terms/cache-affinity.js'
import { zeroShot } from './terms/zero-shot.js'

/** Tip-Adapter: logits `s·T·Wᵀ + α·exp(−β(1 − U·Gᵀ))·L`. */
export const tipAdapter = () =>
  defineMethod({
    id: 'tip-adapter',
    name: 'Tip-Adapter',
    aliases: ['TA'],
    summary:
      'Zero-shot CLIP plus a key-value cache of the support images: those near the image vote for their class.',
    paper: papers.tipAdapter,
    color: colors.blue,
    space: 'clip',
    hyperparameters: {
      alpha: cacheWeight(),
      beta: cacheSharpness(),
    },
    terms: [zeroShot(), cacheAffinity({ weight: 'alpha', sharpness: 'beta' })],
  })
