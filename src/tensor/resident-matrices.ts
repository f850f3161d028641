import { totalmem } from 'node:os'
import type { Matrix } from './matrix.js'
import type { ResidentTensor, Runtime } from './runtime.js'

/** Matrices whose copies stay with the computing thread, so that products do not send them again. */
export interface ResidentMatrices {
  /**
   * Marks a matrix that is an input of many runs. Its copy is made at the first of them, and freed when nothing refers to the
   * matrix any more. Do not write to it afterwards. Returns the matrix.
   */
  keep(matrix: Matrix): Matrix
  /** The copy of a matrix that is marked, for one run; undefined if the matrix has to be sent with the run. */
  borrow(matrix: Matrix): BorrowedTensor | undefined
}

/** A tensor that stays with the computing thread at least until it is given back. */
export interface BorrowedTensor {
  readonly tensor: Promise<ResidentTensor>
  giveBack(): void
}

interface Copy {
  readonly tensor: Promise<ResidentTensor>
  readonly rows: number
  readonly bytes: number
  /** The number of runs that use it now. */
  uses: number
}

/** A smaller matrix is sent with each run, which takes no longer. */
const minBytes = 2 ** 16

/**
 * Copies that take more than `maxBytes` in all are dropped, the least recently used first; they are made again when needed. By
 * default, 2 GiB, or a quarter of the machine's memory if that is less.
 */
export function createResidentMatrices(
  { keep, drop }: Pick<Runtime, 'keep' | 'drop'>,
  maxBytes = Math.min(2 * 2 ** 30, totalmem() / 4),
): ResidentMatrices {
  const marked = new WeakSet<Float32Array>()
  const copies = new WeakMap<Float32Array, Copy>()
  /** The copies that the thread has, the least recently used first. */
  const held = new Set<Copy>()
  const unused = new FinalizationRegistry<Copy>(free)
  let bytes = 0

  function copyOf({ rows, columns, data }: Matrix): Copy {
    const known = copies.get(data)
    if (known && held.has(known)) return known
    const copy: Copy = { tensor: keep(data, [rows, columns]), rows, bytes: data.byteLength, uses: 0 }
    // The run that waits for it tells the error.
    copy.tensor.catch(() => free(copy))
    copies.set(data, copy)
    unused.register(data, copy)
    bytes += copy.bytes
    return copy
  }

  function free(copy: Copy): void {
    if (!held.delete(copy)) return
    bytes -= copy.bytes
    // It cannot be dropped if it was not made, or if the thread has ended.
    copy.tensor.then(drop).catch(() => {})
  }

  function makeRoom(): void {
    for (const copy of held) {
      if (bytes <= maxBytes) return
      if (copy.uses === 0) free(copy)
    }
  }

  return {
    keep(matrix) {
      marked.add(matrix.data)
      return matrix
    },
    borrow(matrix) {
      const { data, rows } = matrix
      if (!marked.has(data) || data.byteLength < minBytes || data.byteLength > maxBytes) return undefined
      const copy = copyOf(matrix)
      if (copy.rows !== rows) return undefined
      held.delete(copy)
      held.add(copy)
      copy.uses += 1
      makeRoom()
      return {
        tensor: copy.tensor,
        giveBack() {
          copy.uses -= 1
          makeRoom()
        },
      }
    },
  }
}
