import type { KlScaling, Search, Selection } from '../api/generated'

interface SelectionWords {
  readonly label: string
  /** What it does, and when to choose it. */
  readonly explanation: string
  /** What was done, as a part of a line. */
  readonly short: string
  /** What was done. */
  readonly done: string
}

/** The ways to select hyperparameters, in plain words. The one that needs the fewest labels comes first. */
export const selectionWords: Readonly<Record<Selection, SelectionWords>> = {
  LEAVE_ONE_OUT: {
    label: 'Support set (leave-one-out)',
    explanation:
      'One image of every class at a time is left out and classified with the others. It needs no other labelled images. At one shot nothing can be left out, so the defaults are used. Choose it if the shots are all the labels that you have.',
    short: 'hyperparameters selected on the support set (leave-one-out)',
    done: 'Selected on the support set, leaving out one image of every class at a time. No other labelled images were used.',
  },
  VALIDATION: {
    label: 'Validation images, as in the papers',
    explanation:
      'The hyperparameters that classify the validation images best are used. These are labelled images besides the shots, so results flatter few shots. Choose it to compare with published results, or if you have these labels too.',
    short: 'hyperparameters selected on validation images',
    done: 'Selected on the labelled validation images, as in the papers. These come on top of the support set.',
  },
  NONE: {
    label: 'Defaults',
    explanation:
      'Nothing is selected: every method uses its default hyperparameters. It is the fastest, and often less accurate. Choose it for a first look.',
    short: 'default hyperparameters',
    done: 'Every method used its defaults. Nothing was selected.',
  },
}

/** How hyperparameters were selected at these numbers of shots. */
export function howSelected(selection: Selection, shots: readonly number[]): string {
  const { done } = selectionWords[selection]
  if (selection !== 'LEAVE_ONE_OUT' || !shots.includes(1)) return done
  const atOneShot = 'At one shot nothing can be left out, so the defaults were used'
  return shots.every((each) => each === 1) ? `${atOneShot}.` : `${done} ${atOneShot} there.`
}

/** How grids are searched. */
export const searchWords: Readonly<Record<Search, string>> = {
  EXACT: 'Exact: every point on all images',
  HALVING: 'Halving: faster where a method has many shapes, and may miss the best point',
}

/** What the ranges of the KL term are taken over. */
export const scalingWords: Readonly<Record<KlScaling, string>> = {
  FROZEN: 'Frozen: an image scores the same alone and in a batch',
  BATCH: 'Batch: over all test images, like the published code',
}
