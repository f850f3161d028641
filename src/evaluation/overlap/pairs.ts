import { createYieldToEventLoop } from '../../system/yield-to-event-loop.js'
import type { Kernels } from '../../tensor/kernels.js'
import { gatherRows, type Matrix, sliceRows } from '../../tensor/matrix.js'
import type { Bins } from './histogram.js'

/** Counts of all pairs of images by cosine similarity, as the measures need them. */
export interface PairCounts {
  /** [groups, groups, 2, bins]: by the groups of the two images, then different or same class, then bin. */
  readonly blocks: Uint32Array
  /** Different and same class, in very fine bins. */
  readonly fine: readonly [Uint32Array, Uint32Array]
  /** The sums of the similarities, different and same class. */
  readonly sums: readonly [number, number]
  /** [C, 2, bins]: a class's pairs with all other classes, and its own pairs. */
  readonly perClass: Float64Array
  /** [C, 2]: the sums of their similarities. */
  readonly perClassSums: Float64Array
  /** [bins]: the pairs between two classes, or within one; undefined for too many classes. */
  readonly between?: (first: number, second: number) => Uint32Array
}

export interface CountOptions {
  /** [N, d], unit rows. */
  readonly features: Matrix
  readonly labels: Int32Array
  readonly classes: number
  /** [N]: a group for each image. */
  readonly group: Int32Array
  readonly groups: number
  readonly bins: Bins
  readonly kernels: Kernels
}

/** The maximum number of classes for class pairs. Beyond it their histograms would take more than 50 MB. */
const maxClassesForPairs = 256
const rowsPerChunk = 256
const fineBins = 2 ** 16

/** Counts every pair once. A similarity near the edge of a bin is computed again in double precision. */
export async function countPairs(options: CountOptions): Promise<PairCounts> {
  const { classes, groups, bins, kernels } = options
  const { features, labels, group } = sortedByClass(options)
  const starts = startsOf(labels, classes)
  const n = labels.length
  const blocks = new Uint32Array(groups * groups * 2 * bins.count)
  const fine = [new Uint32Array(fineBins), new Uint32Array(fineBins)] as const
  const perClass = new Float64Array(classes * 2 * bins.count)
  const perClassSums = new Float64Array(classes * 2)
  const withPairs = classes <= maxClassesForPairs
  const perPair = new Uint32Array(withPairs ? (classes * (classes + 1) * bins.count) / 2 : 0)
  const between = (a: number, b: number) => {
    const at = ((Math.max(a, b) * (Math.max(a, b) + 1)) / 2 + Math.min(a, b)) * bins.count
    return perPair.subarray(at, at + bins.count)
  }
  const found = new Uint32Array(bins.count)
  const yieldToEventLoop = createYieldToEventLoop()

  /** Counts images `from` to `to`, all of class a, with the later images of class b. */
  function countClasses(a: number, b: number, from: number, to: number, similarities: Similarities): void {
    const same = a === b ? 1 : 0
    const fineCounts = fine[same]
    let sum = 0
    found.fill(0)
    for (let i = from; i < to; i++) {
      const row = similarities.rowOf(i)
      const groupAt = (group[i] as number) * groups
      const end = starts[b + 1] as number
      for (let j = Math.max(i + 1, starts[b] as number); j < end; j++) {
        let similarity = similarities.data[row + j] as number
        let bin = bins.clearIndexOf(similarity)
        if (bin < 0) {
          similarity = preciseCosine(features, i, j)
          bin = bins.indexOf(similarity)
        }
        found[bin] = (found[bin] as number) + 1
        const block = ((groupAt + (group[j] as number)) * 2 + same) * bins.count + bin
        blocks[block] = (blocks[block] as number) + 1
        const fineBin = Math.min(fineBins - 1, Math.max(0, Math.floor((similarity + 1) * (fineBins / 2))))
        fineCounts[fineBin] = (fineCounts[fineBin] as number) + 1
        sum += similarity
      }
    }
    for (const c of same ? [a] : [a, b]) {
      add(perClass.subarray((c * 2 + same) * bins.count), found)
      perClassSums[c * 2 + same] = (perClassSums[c * 2 + same] as number) + sum
    }
    if (withPairs) add(between(a, b), found)
  }

  for (let from = 0; from < n; from += rowsPerChunk) {
    const to = Math.min(n, from + rowsPerChunk)
    const { data } = await kernels.dot(sliceRows(features, from, to), sliceRows(features, from, n))
    const similarities = { data, rowOf: (i: number) => (i - from) * (n - from) - from }
    for (let i = from; i < to; ) {
      const a = labels[i] as number
      const end = Math.min(to, starts[a + 1] as number)
      for (let b = a; b < classes; b++) countClasses(a, b, i, end, similarities)
      i = end
      await yieldToEventLoop()
    }
  }
  const sumOver = (same: number) =>
    perClassSums.reduce((sum, value, at) => sum + (at % 2 === same ? value : 0), 0)
  return {
    blocks,
    fine,
    // A pair of two classes counts in the sums of both.
    sums: [sumOver(0) / 2, sumOver(1)],
    perClass,
    perClassSums,
    ...(withPairs && { between }),
  }
}

/** A chunk of similarities. `rowOf(i) + j` is the index of the similarity of images i and j. */
interface Similarities {
  readonly data: Float32Array
  rowOf(i: number): number
}

/** Sorts images by class, so that the pairs of two classes are contiguous. */
function sortedByClass({ features, labels, group }: CountOptions) {
  const order = Array.from(labels.keys()).sort((i, j) => (labels[i] as number) - (labels[j] as number))
  return {
    features: gatherRows(features, order),
    labels: Int32Array.from(order, (i) => labels[i] as number),
    group: Int32Array.from(order, (i) => group[i] as number),
  }
}

/** [C + 1]: the start of each class in the sorted labels. */
function startsOf(labels: Int32Array, classes: number): Int32Array {
  const starts = new Int32Array(classes + 1)
  for (const label of labels) starts[label + 1] = (starts[label + 1] as number) + 1
  for (let c = 0; c < classes; c++) starts[c + 1] = (starts[c + 1] as number) + (starts[c] as number)
  return starts
}

function add(to: Float64Array | Uint32Array, counts: Uint32Array): void {
  for (let k = 0; k < counts.length; k++) to[k] = (to[k] as number) + (counts[k] as number)
}

/** The cosine similarity of two rows in double precision. */
function preciseCosine({ columns, data }: Matrix, i: number, j: number): number {
  let [dot, own, other] = [0, 0, 0]
  for (let k = 0; k < columns; k++) {
    const a = data[i * columns + k] as number
    const b = data[j * columns + k] as number
    dot += a * b
    own += a * a
    other += b * b
  }
  const lengths = Math.sqrt(own * other)
  return lengths > 0 ? dot / lengths : 0
}
