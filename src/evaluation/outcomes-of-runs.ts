import type { MeasureName } from '../measures.js'
import { imageValues } from './metrics.js'
import type { Predictions } from './predictions.js'
import type { Outcomes } from './statistics/crossed-design.js'

/**
 * What a measure is the mean of, for runs that saw the same test images: a row for each run. If a run of an earlier version saw
 * fewer images, all are cut to the first ones, because images are only appended. Null if an earlier version did not store what
 * the measure needs.
 */
export function outcomesOf(measure: MeasureName, runs: readonly Predictions[]): Outcomes | null {
  const images = Math.min(...runs.map(({ labels }) => labels.length))
  const values = new Float64Array(runs.length * images)
  for (const [s, run] of runs.entries()) {
    const row = imageValues[measure](run)
    if (!row) return null
    values.set(row.subarray(0, images), s * images)
  }
  return { sets: runs.length, images, values }
}

/** The first outcomes minus the second, image by image. Both have the same support sets; see `outcomesOf` for images. */
export function subtractOutcomes(a: Outcomes, b: Outcomes): Outcomes {
  const images = Math.min(a.images, b.images)
  const values = new Float64Array(a.sets * images)
  for (let s = 0; s < a.sets; s++) {
    for (let i = 0; i < images; i++) {
      values[s * images + i] = (a.values[s * a.images + i] as number) - (b.values[s * b.images + i] as number)
    }
  }
  return { sets: a.sets, images, values }
}

/** The outcomes on some of the images. */
export function selectImages({ sets, images, values }: Outcomes, positions: readonly number[]): Outcomes {
  const selected = new Float64Array(sets * positions.length)
  for (let s = 0; s < sets; s++) {
    for (const [k, i] of positions.entries())
      selected[s * positions.length + k] = values[s * images + i] as number
  }
  return { sets, images: positions.length, values: selected }
}
