import { colors } from './colors.js'
import { defineMethod, shape, weight } from './contract.js'
import { papers } from './papers.js'
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
    // Left-out support images are decided among few others, which hardly refine anything: of a wider grid they would select what is good
    // for Prototype. Where the best weight lies hardly depends on the data set or on the number of shots (docs/experiments.md).
    hyperparameters: {
      alpha: weight({
        default: 5,
        grid: [0, 1, 2, 5, 10],
        summary: 'How much the class means count beside the texts, for each labelled image of a class.',
      }),
      beta: shape({
        default: 4,
        grid: [1, 2, 4],
        summary: 'How sharply a class mean loses influence with distance.',
      }),
    },
    terms: [zeroShot(), term({ weight: 'alpha', sharpness: 'beta' })],
  })
