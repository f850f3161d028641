import { areaUnderRoc } from './prediction-set.js'
import type { Predictions } from './predictions.js'
import { estimateMean, intervalOf, type Outcomes } from './statistics/crossed-design.js'
import { meanOf, varianceOf } from './statistics/moments.js'
import { type Statistic, summarise } from './statistics/statistic.js'

/** What prediction sets were worth on the test images, over support sets. */
export interface SetSummary {
  /** The coverage that was promised, from 0 to 1. */
  readonly promised: number
  /** How often the set held the true class, in percent. */
  readonly coverage: Statistic
  /** The number of classes in a set. */
  readonly size: Statistic
  /** How often the set of a test image was empty, in percent. */
  readonly empty: Statistic
  /** On images of no class; null if the comparison had none. */
  readonly unknown: UnknownSummary | null
}

export interface UnknownSummary {
  readonly images: number
  /** How often their set was empty, in percent. */
  readonly turnedAway: Statistic
  /**
   * The chance that an image of a known class has a more probable prediction than one of no class: 0.5 if they cannot be told
   * apart, 1 if they always can. The mean over support sets; null if there were no test images.
   */
  readonly areaUnderRoc: number | null
}

/** Summarises the sets of runs on the same images. Null if a run has none. */
export function summariseSets(promised: number | null, runs: readonly Predictions[]): SetSummary | null {
  const sizes = runs.flatMap(({ setSize }) => setSize ?? [])
  const covered = runs.flatMap((run) => run.covered ?? [])
  if (promised === null || sizes.length < runs.length || covered.length < runs.length) return null
  return {
    promised,
    coverage: shareOf(covered),
    size: meanSize(sizes),
    empty: shareOf(sizes.map(isEmpty)),
    unknown: summariseUnknown(runs),
  }
}

function summariseUnknown(runs: readonly Predictions[]): UnknownSummary | null {
  const unknown = runs.flatMap((run) =>
    run.unknown?.setSize ? [{ ...run.unknown, known: run.confidence }] : [],
  )
  const sizes = unknown.flatMap(({ setSize }) => setSize ?? [])
  if (unknown.length < runs.length || unknown.length === 0) return null
  const areas = unknown.flatMap(({ confidence, known }) => areaUnderRoc(known ?? [], confidence) ?? [])
  return {
    images: Math.min(...sizes.map(({ length }) => length)),
    turnedAway: shareOf(sizes.map(isEmpty)),
    areaUnderRoc: areas.length > 0 ? meanOf(areas) : null,
  }
}

const isEmpty = (sizes: Int32Array): Int32Array => sizes.map((size) => Number(size === 0))

/** A share of images in percent, with a row of 0 and 1 for each support set. */
const shareOf = (rows: readonly Int32Array[]): Statistic =>
  summarise(
    rows.map((row) => 100 * meanOf(row)),
    outcomesOf(rows),
    { scale: 100, isProportion: true },
  )

/** A mean that may be above 1; without an interval, its ends are the least and the greatest size. */
function meanSize(rows: readonly Int32Array[]): Statistic {
  const means = rows.map((row) => meanOf(row))
  const interval = intervalOf(estimateMean(outcomesOf(rows)))
  const sizes = rows.flatMap((row) => [...row])
  return {
    mean: meanOf(means),
    standardDeviation: Math.sqrt(varianceOf(means)),
    low: Math.max(0, interval?.low ?? Math.min(...sizes)),
    high: interval?.high ?? Math.max(...sizes),
    n: rows.length,
  }
}

/** A row for each support set, cut to the images that all have. */
function outcomesOf(rows: readonly Int32Array[]): Outcomes {
  const images = Math.min(...rows.map(({ length }) => length))
  const values = new Float64Array(rows.length * images)
  for (const [s, row] of rows.entries()) values.set(row.subarray(0, images), s * images)
  return { sets: rows.length, images, values }
}
