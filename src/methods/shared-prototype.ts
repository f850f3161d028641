import { colors } from './colors.js'
import { defineMethod } from './contract.js'
import { papers } from './papers.js'
import { prototype } from './prototype.js'
import { sharedPrototype as term } from './terms/shared-prototype.js'
import { zeroShot } from './terms/zero-shot.js'

/** Prototype for images that are classified together: the class means are refined by the images themselves. */
export const sharedPrototype = () =>
  defineMethod({
    id: 'shared-prototype',
    name: 'Shared prototype',
    summary:
      'Prototype for images that are classified together: each class mean takes in the images that are most like it. Best with few labelled images and many others.',
    color: colors.wine,
    paper: papers.transclip,
    space: 'shrunk',
    transductive: { alone: 'It is Prototype, whose class means this image moves a little.' },
    hyperparameters: prototype().hyperparameters,
    terms: [zeroShot(), term({ weight: 'alpha', sharpness: 'beta' })],
  })
