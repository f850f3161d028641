import type { ClassSizes } from '../store/runs.js'

/** The least, mean and most of a number that each class has, such as its support images or its prompts. */
export function classSizes(counts: readonly number[]): ClassSizes {
  return {
    least: counts.reduce((least, count) => Math.min(least, count)),
    mean: counts.reduce((sum, count) => sum + count, 0) / counts.length,
    most: counts.reduce((most, count) => Math.max(most, count)),
  }
}

/** The least and most of several, and the mean of their means. */
export const rangeOfSizes = (sizes: readonly ClassSizes[]): ClassSizes => ({
  least: Math.min(...sizes.map(({ least }) => least)),
  mean: sizes.reduce((sum, { mean }) => sum + mean, 0) / sizes.length,
  most: Math.max(...sizes.map(({ most }) => most)),
})
