import { operator } from '../../tensor/kernels.js'
import type { Piece } from '../../tensor/piece.js'

/** `V·L`: the columns of `weights`, one for each key, summed by class, as a graph. Keys are sorted by class. */
export function classSums(counts: Int32Array): Required<Piece> {
  const most = Math.max(...counts)
  const sums = [
    operator('Reshape', ['byKey', 'byClass'], 'grouped'),
    operator('ReduceSum', ['grouped', 'withinClass'], 'result', { keepdims: 0 }),
  ]
  const constants = { byClass: [0, -1, most], withinClass: [2] }
  if (counts.every((count) => count === most)) {
    return { constants, nodes: [operator('Identity', ['weights'], 'byKey'), ...sums] }
  }
  // A class with fewer keys takes a column of zeros, which is appended, as the others.
  const keys = counts.reduce((sum, count) => sum + count, 0)
  const columns: number[] = []
  let key = 0
  for (const count of counts) {
    for (let i = 0; i < most; i++) columns.push(i < count ? key++ : keys)
  }
  return {
    constants: { ...constants, oneMore: [0, 0, 0, 1], columns },
    nodes: [
      operator('Pad', ['weights', 'oneMore'], 'padded'),
      operator('Gather', ['padded', 'columns'], 'byKey', { axis: 1 }),
      ...sums,
    ],
  }
}
