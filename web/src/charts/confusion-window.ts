/** A square part of a matrix: its first row and column, and how many of each. All may be fractions. */
export interface Window {
  readonly row: number
  readonly column: number
  readonly size: number
}

/** At least this many classes are seen. */
const leastSize = 6

/** The whole matrix of `classes` classes. */
export const whole = (classes: number): Window => ({ row: 0, column: 0, size: classes })

/** Moves a window by so many classes, as far as there are any. */
export const moved = (window: Window, rows: number, columns: number, classes: number): Window =>
  inside({ ...window, row: window.row + rows, column: window.column + columns }, classes)

/** Makes the window `factor` times smaller, so that the place at these fractions of it, from 0 to 1, stays where it is. */
export function zoomed(
  { row, column, size }: Window,
  factor: number,
  classes: number,
  [y, x]: readonly [number, number] = [0.5, 0.5],
): Window {
  const next = Math.min(classes, Math.max(Math.min(leastSize, classes), size / factor))
  return inside({ row: row + y * (size - next), column: column + x * (size - next), size: next }, classes)
}

/** A window of at most `size` classes with this cell in its middle. */
export const around = (row: number, column: number, size: number, classes: number): Window => {
  const own = Math.min(size, classes)
  return inside({ row: row + 0.5 - own / 2, column: column + 0.5 - own / 2, size: own }, classes)
}

function inside({ row, column, size }: Window, classes: number): Window {
  const last = classes - size
  return { row: Math.min(last, Math.max(0, row)), column: Math.min(last, Math.max(0, column)), size }
}
