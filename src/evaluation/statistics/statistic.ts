import {
  estimateMean,
  type Interval,
  intervalOf,
  type Outcomes,
  proportionInterval,
} from './crossed-design.js'
import { meanOf, varianceOf } from './moments.js'

/**
 * A mean over support sets and test images. `low` and `high` are its 95 % interval over other images and, with two support sets
 * or more, over other support sets. With one support set the interval holds for this support set alone.
 */
export interface Statistic {
  readonly mean: number
  /** Between support sets (n − 1); 0 for one. */
  readonly standardDeviation: number
  /** The whole range of the measure if there are fewer than two images, or if an earlier version stored too little. */
  readonly low: number
  readonly high: number
  /** The number of support sets. */
  readonly n: number
}

/** What a mean is measured in. */
export interface Unit {
  /** 100 for percentages. */
  readonly scale: number
  /** Whether outcomes are 0 or 1. */
  readonly isProportion: boolean
}

/**
 * Summarises one value per support set. `outcomes` are what their means were taken over; null if they are not known. Throws a
 * RangeError for no values.
 */
export function summarise(
  values: readonly number[],
  outcomes: Outcomes | null,
  { scale, isProportion }: Unit,
): Statistic {
  const n = values.length
  if (n === 0) throw new RangeError('a summary needs at least one value')
  const interval =
    (outcomes && (isProportion ? proportionInterval(outcomes) : intervalOf(estimateMean(outcomes)))) ??
    unknown
  return {
    mean: meanOf(values),
    standardDeviation: Math.sqrt(varianceOf(values)),
    low: scale * Math.max(0, interval.low),
    high: scale * Math.min(1, interval.high),
    n,
  }
}

/** Measures are between 0 and 1. */
const unknown: Interval = { low: 0, high: 1 }
