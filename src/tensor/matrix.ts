/** A dense row-major float32 matrix. In comments `[N, d]` means N rows of d columns. */
export interface Matrix {
  readonly rows: number
  readonly columns: number
  readonly data: Float32Array
}

/** A matrix over `data`, not copied, or of zeros. Throws a RangeError if the data has another length. */
export function matrix(rows: number, columns: number, data?: Float32Array): Matrix {
  if (data !== undefined && data.length !== rows * columns) {
    throw new RangeError(`${data.length} values do not make a ${rows} × ${columns} matrix`)
  }
  return { rows, columns, data: data ?? new Float32Array(rows * columns) }
}

/** A view of row `i`: [d]. Writing to it writes to the matrix. */
export function rowOf({ columns, data }: Matrix, i: number): Float32Array {
  return data.subarray(i * columns, (i + 1) * columns)
}

/** A view of the rows from `from` up to, not including, `to`. */
export function sliceRows({ columns, data }: Matrix, from: number, to: number): Matrix {
  return matrix(to - from, columns, data.subarray(from * columns, to * columns))
}

/** A matrix of the same shape, of `entryOf(value, row, column)`. */
export function mapMatrix(
  { rows, columns, data }: Matrix,
  entryOf: (value: number, row: number, column: number) => number,
): Matrix {
  const result = matrix(rows, columns)
  for (let i = 0, at = 0; i < rows; i++) {
    for (let k = 0; k < columns; k++, at++) result.data[at] = entryOf(data[at] as number, i, k)
  }
  return result
}

/** A copy of the rows at `indices`, in that order. */
export function gatherRows(source: Matrix, indices: ArrayLike<number>): Matrix {
  const result = matrix(indices.length, source.columns)
  for (let i = 0; i < indices.length; i++) {
    result.data.set(rowOf(source, indices[i] as number), i * source.columns)
  }
  return result
}

/** The columns at `indices`, in that order, copied. */
export function gatherColumns({ rows, columns, data }: Matrix, indices: readonly number[]): Matrix {
  const result = matrix(rows, indices.length)
  for (let i = 0; i < rows; i++) {
    for (const [at, k] of indices.entries()) {
      result.data[i * indices.length + at] = data[i * columns + k] as number
    }
  }
  return result
}

/** Copies matrices with the same number of columns into one, each below the one before. */
export function stackRows(parts: readonly Matrix[], columns = parts[0]?.columns ?? 0): Matrix {
  const result = matrix(
    parts.reduce((rows, part) => rows + part.rows, 0),
    columns,
  )
  let offset = 0
  for (const part of parts) {
    result.data.set(part.data, offset)
    offset += part.data.length
  }
  return result
}

/** A copy with every row scaled to unit length. A row of zeros stays zero. */
export function unitRows(source: Matrix): Matrix {
  const result = matrix(source.rows, source.columns, source.data.slice())
  for (let i = 0; i < result.rows; i++) makeUnit(rowOf(result, i))
  return result
}

/** Scales a vector to unit length, in place. A vector of zeros stays zero. */
export function makeUnit(vector: Float32Array): void {
  const square = squareOf(vector)
  if (square === 0) return
  const scale = 1 / Math.sqrt(square)
  for (let k = 0; k < vector.length; k++) vector[k] = (vector[k] as number) * scale
}

/** `|v|²`, in double precision. */
export function squareOf(vector: Float32Array): number {
  let square = 0
  for (let k = 0; k < vector.length; k++) square += (vector[k] as number) ** 2
  return square
}

/** The mean of all rows, summed in double precision: [n, d] → [d]. Zeros if there are no rows. */
export function meanRow({ rows, columns, data }: Matrix): Float32Array {
  const sums = new Float64Array(columns)
  for (let i = 0, index = 0; i < rows; i++) {
    for (let k = 0; k < columns; k++, index++) sums[k] = (sums[k] as number) + (data[index] as number)
  }
  return Float32Array.from(sums, (sum) => (rows > 0 ? sum / rows : 0))
}

/** A copy with `row` subtracted from every row: [n, d], [d] → [n, d]. */
export function subtractRow({ rows, columns, data }: Matrix, row: Float32Array): Matrix {
  return matrix(
    rows,
    columns,
    data.map((value, index) => value - (row[index % columns] as number)),
  )
}

/** Aᵀ, copied: [n, m] → [m, n]. */
export function transposed({ rows, columns, data }: Matrix): Matrix {
  const result = matrix(columns, rows)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result.data[j * rows + i] = data[i * columns + j] as number
  }
  return result
}
