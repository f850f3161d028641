/**
 * The interval argument. With all but one weight fixed, the margin of an image's own class `y` over another class `c` is
 * linear in the weight that is left,
 *
 *     margin_c(α) = t_c + α·s_c,   t_c the fixed part, s_c the term's difference between y and c,
 *
 * so the image is classified right on an intersection of C − 1 half-lines: one interval of α. A whole row of the grid
 * costs one pass over the classes instead of one scoring per value.
 *
 * Exactness: the ends are found by division and then settled on the grid by the margin itself, computed as a brute-force
 * search would compute it. `t + α·s` in floating point never falls as α grows where s > 0 (rounding is monotone), so the
 * grid values on which a margin holds are an interval in floating point too.
 */

/** One image, as the interval argument sees it. */
export interface Margins {
  /** The image's own class. */
  readonly label: number
  /** C. */
  readonly classes: number
  /** t, [C]: the fixed part of every margin. */
  readonly fixed: Float64Array
  /** s, [C]: the slope of every margin. */
  readonly slopes: Float64Array
}

/**
 * Adds one image to the counts of a row of the grid, as differences: +1 at `row` + the first value on which it is right,
 * −1 behind the last, if anything is behind it. `grid` is ascending; its neighbours stand `stride` apart in
 * `differences`.
 */
export function addInterval(
  margins: Margins,
  grid: Float64Array,
  differences: Int32Array,
  row: number,
  stride: number,
): void {
  const { label, classes, fixed, slopes } = margins
  let low = Number.NEGATIVE_INFINITY
  let high = Number.POSITIVE_INFINITY
  for (let c = 0; c < classes; c++) {
    const slope = slopes[c] as number
    const t = fixed[c] as number
    if (slope > 0) {
      const bound = -t / slope
      if (bound > low) low = bound
    } else if (slope < 0) {
      const bound = -t / slope
      if (bound < high) high = bound
    } else if (c !== label && !wins(t, c, label)) return
  }
  if (low > high + nearness(high)) return

  let first = lowerBound(grid, low - nearness(low))
  let last = lowerBound(grid, high + nearness(high)) - 1
  // Only grid values within rounding of an end need the margins themselves.
  while (
    first <= last &&
    (grid[first] as number) <= low + nearness(low) &&
    !isRight(margins, grid[first] as number)
  )
    first++
  while (
    last >= first &&
    (grid[last] as number) >= high - nearness(high) &&
    !isRight(margins, grid[last] as number)
  )
    last--
  if (first > last) return
  const begin = row + first * stride
  differences[begin] = (differences[begin] as number) + 1
  if (last + 1 === grid.length) return
  const end = row + (last + 1) * stride
  differences[end] = (differences[end] as number) - 1
}

/** Whether the image is classified right at a value of the weight; on equal logits the class that comes first wins. */
function isRight({ label, classes, fixed, slopes }: Margins, value: number): boolean {
  for (let c = 0; c < classes; c++) {
    if (c !== label && !wins((fixed[c] as number) + value * (slopes[c] as number), c, label)) return false
  }
  return true
}

const wins = (margin: number, other: number, label: number): boolean =>
  other < label ? margin > 0 : margin >= 0

/** Well above the rounding of one division, well below a step of any grid. */
const nearness = (bound: number): number => (Number.isFinite(bound) ? 1e-12 * (1 + Math.abs(bound)) : 0)

/** The first position whose value is not below `value`. */
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
