import type { Matrix } from '../tensor/matrix.js'

/** The tolerance of numbers computed in different ways, relative to 1 or the largest of them. */
const tolerance = 1e-4

/** Throws if the matrix has another shape or an entry that is not finite. `what` names the matrix. */
export function assertShape(what: string, actual: Matrix, rows: number, columns: number): void {
  const { length } = actual.data
  if (actual.rows !== rows || actual.columns !== columns || length !== rows * columns) {
    throw new Error(
      `${what} must be ${rows} × ${columns}, not ${actual.rows} × ${actual.columns} with ${length} values`,
    )
  }
  const bad = actual.data.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0) throw new Error(`${what} contain ${actual.data[bad]} at ${place(actual, bad)}`)
}

/** Throws if two matrices differ by more than rounding. Entries to `ignore` may have any finite value. */
export function assertClose(
  what: string,
  actual: Matrix,
  expected: Matrix,
  ignore: (row: number, column: number) => boolean = () => false,
): void {
  assertShape(what, actual, expected.rows, expected.columns)
  const { columns } = expected
  const compared = [...expected.data.keys()].filter((at) => !ignore(Math.floor(at / columns), at % columns))
  const greatest = compared.reduce((most, at) => Math.max(most, Math.abs(expected.data[at] as number)), 1)
  for (const at of compared) {
    const [is, should] = [actual.data[at] as number, expected.data[at] as number]
    if (!(Math.abs(is - should) <= tolerance * greatest)) {
      throw new Error(`${what} are ${is} at ${place(actual, at)}, where ${should} is expected`)
    }
  }
}

/** Whether two matrices are the same up to rounding. */
export function areClose(actual: Matrix, expected: Matrix): boolean {
  try {
    assertClose('the values', actual, expected)
    return true
  } catch {
    return false
  }
}

/** Throws if two matrices are not equal bit for bit. */
export function assertIdentical(what: string, actual: Matrix, expected: Matrix): void {
  assertShape(what, actual, expected.rows, expected.columns)
  const bad = actual.data.findIndex((value, at) => !Object.is(value, expected.data[at]))
  if (bad >= 0) {
    throw new Error(
      `${what} are ${actual.data[bad]} at ${place(actual, bad)}, and were ${expected.data[bad]} before`,
    )
  }
}

/** Throws if a row has neither unit length nor only zeros. */
export function assertUnitRows(what: string, { rows, columns, data }: Matrix): void {
  for (let i = 0; i < rows; i++) {
    const length = Math.hypot(...data.subarray(i * columns, (i + 1) * columns))
    if (length !== 0 && !(Math.abs(length - 1) <= tolerance)) {
      throw new Error(`row ${i} of ${what} has length ${length}; it must be 1, or 0`)
    }
  }
}

const place = ({ columns }: Matrix, at: number): string =>
  `row ${Math.floor(at / columns)}, column ${at % columns}`
