import { colors } from './colors.js'
import { defineMethod } from './contract.js'
import { papers } from './papers.js'
import { zeroShot as zeroShotTerm } from './terms/zero-shot.js'

/** CLIP's own classifier: logits `s·T·Wᵀ`. */
export const zeroShot = () =>
  defineMethod({
    id: 'zero-shot',
    name: 'Zero-shot CLIP',
    summary: 'Compares the image with the texts of each class. Uses no support images.',
    paper: papers.clip,
    color: colors.slate,
    space: null,
    hyperparameters: {},
    terms: [zeroShotTerm()],
  })
