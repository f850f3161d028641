import { fisher } from '../evaluation/statistics/fisher.js'
import { holm } from '../evaluation/statistics/holm.js'
import { kolmogorovSmirnov } from '../evaluation/statistics/kolmogorov-smirnov.js'
import { meanOf } from '../evaluation/statistics/moments.js'
import type { Answers } from './answers.js'

/** What may change. */
export type DriftMeasure = 'ACCURACY' | 'CONFIDENCE' | 'EMPTY_SETS'

/** Whether a measure is another one on these images than on the classifier's own. */
export interface Drift {
  readonly measure: DriftMeasure
  /** On the test images of the classifier's dataset when it was made, from 0 to 1. */
  readonly own: number
  /** On these images, from 0 to 1. */
  readonly here: number
  /** Of no change: Fisher's exact test of two shares; of confidence, Kolmogorov and Smirnov's of the two distributions. */
  readonly pValue: number
  /** With Holm's correction over the measures: below 0.05, the change is more than chance. */
  readonly adjustedPValue: number
  readonly hasChanged: boolean
}

export interface Answered extends Answers {
  /** [n]: the true classes; null if they are not known. */
  readonly labels: Int32Array | null
}

const significance = 0.05

/** Compares what a classifier says of two lists of images, of which none is empty. Without labels accuracy is left out. */
export function driftOf(own: Answered, here: Answered): Drift[] {
  const tests: Pick<Drift, 'measure' | 'own' | 'here' | 'pValue'>[] = []
  const [ownRight, right] = [rightIn(own), rightIn(here)]
  if (ownRight && right) tests.push(shares('ACCURACY', ownRight, right))
  tests.push({
    measure: 'CONFIDENCE',
    own: meanOf([...own.confidence]),
    here: meanOf([...here.confidence]),
    pValue: kolmogorovSmirnov(own.confidence, here.confidence)?.pValue ?? 1,
  })
  if (own.setSize && here.setSize)
    tests.push(shares('EMPTY_SETS', isEmpty(own.setSize), isEmpty(here.setSize)))
  const adjusted = holm(tests.map(({ pValue }) => pValue))
  return tests.map((test, i) => {
    const adjustedPValue = adjusted[i] ?? 1
    return { ...test, adjustedPValue, hasChanged: adjustedPValue < significance }
  })
}

/** [n]: 1 if the prediction is right; null without labels. */
export const rightIn = ({ labels, predicted }: Answered): Float64Array | null =>
  labels && Float64Array.from(labels, (label, i) => Number(predicted[i] === label))

const isEmpty = (sizes: Int32Array): Float64Array => Float64Array.from(sizes, (size) => Number(size === 0))

function shares(measure: DriftMeasure, own: Float64Array, here: Float64Array) {
  const counted = (values: Float64Array) => ({
    count: values.reduce((sum, value) => sum + value, 0),
    of: values.length,
  })
  return {
    ...{ measure, own: meanOf([...own]), here: meanOf([...here]) },
    pValue: fisher(counted(own), counted(here)),
  }
}
