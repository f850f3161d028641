/**
 * The interval argument. With all but one weight fixed, the margin of an image's own class `y` over another class `c`
 * is linear in the remaining weight,
 *
 *     margin_c(α) = t_c + α·s_c,   t_c the fixed part, s_c the term's difference between y and c,
 *
 * so the image is classified correctly on an intersection of C − 1 half-lines, which is one interval of α. A whole
 * row of the grid costs one pass over the classes instead of one scoring per value.
 *
 * Exactness: rounding moves the ends a little, and decides when logits are equal. The few grid values within rounding
 * distance of an end are decided by the logits themselves, summed in the same way as in scoring.
 */

/** The margins of one image. */
export interface Margins {
  /** The true class of the image. */
  readonly label: number
  /** C. */
  readonly classes: number
  /** t, [C]: the fixed part of every margin. */
  readonly fixed: Float64Array
  /** s, [C]: the slope of every margin. */
  readonly slopes: Float64Array
  /** The smallest nonzero |s_c|. */
  readonly minSlope: number
  /** On the whole grid, a margin nearer to 0 than this may be only rounding. */
  readonly rounding: number
  /** Whether the image's own class has the largest logit at a value of the weight; the first one wins ties. */
  readonly isRight: (value: number) => boolean
}

/**
 * Adds one image to the counts of a row of the grid, as differences: +1 at `row` + the first value of every run where
 * it is right, −1 after the last value of the run, unless the row ends there. `grid` is ascending; neighbours are
 * `stride` apart in `differences`.
 */
export function addInterval(
  margins: Margins,
  grid: Float64Array,
  differences: Int32Array,
  row: number,
  stride: number,
): void {
  const { label, classes, fixed, slopes, minSlope, rounding, isRight } = margins
  let low = Number.NEGATIVE_INFINITY
  let high = Number.POSITIVE_INFINITY
  let tolerance = rounding / minSlope
  for (let c = 0; c < classes; c++) {
    const slope = slopes[c] as number
    const t = fixed[c] as number
    if (slope > 0) {
      const bound = -t / slope
      if (bound > low) low = bound
    } else if (slope < 0) {
      const bound = -t / slope
      if (bound < high) high = bound
    } else if (c !== label && t <= rounding) {
      if (t < -rounding) return
      tolerance = Number.POSITIVE_INFINITY
    }
  }
  for (let at = lowerBound(grid, low - tolerance); at < grid.length; at++) {
    const value = grid[at] as number
    if (value > high + tolerance) return
    if (value > low + tolerance && value < high - tolerance) {
      const behind = lowerBound(grid, high - tolerance)
      addRun(differences, row + at * stride, behind < grid.length ? row + behind * stride : undefined)
      at = behind - 1
    } else if (isRight(value)) {
      addRun(differences, row + at * stride, at + 1 < grid.length ? row + (at + 1) * stride : undefined)
    }
  }
}

function addRun(differences: Int32Array, begin: number, end: number | undefined): void {
  differences[begin] = (differences[begin] as number) + 1
  if (end !== undefined) differences[end] = (differences[end] as number) - 1
}

/** The first index whose value is not below `value`. */
function lowerBound(grid: Float64Array, value: number): number {
  let low = 0
  let high = grid.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((grid[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}
