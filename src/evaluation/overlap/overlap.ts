import { breather } from '../../breathe.js'
import { errors } from '../../errors.js'
import { seeded } from '../../random.js'
import type { Kernels } from '../../tensor/kernels.js'
import { gatherRows, type Matrix, sliceRows, unitRows } from '../../tensor/matrix.js'
import { type Bins, binsOf, chanceAbove, overlapCoefficient, sumOf } from './histogram.js'
import { type FeatureVariance, varianceOf } from './variance.js'

/** How much the similarities of images of one class and of different classes overlap. */
export interface Overlap {
  /** The images whose pairs were compared, and whether they are a sample of more. */
  readonly images: number
  readonly sampled: boolean
  /** [bins + 1], from −1 to 1. */
  readonly edges: Float64Array
  /** [bins]: pairs by their cosine similarity. */
  readonly same: Float64Array
  readonly different: Float64Array
  /** The overlap coefficient, with a bootstrap 95 % interval over groups of images. */
  readonly overlap: { readonly value: number; readonly low: number; readonly high: number }
  readonly meanSame: number
  readonly meanDifferent: number
  /** The chance that a pair of the same class is more similar than a pair of different classes. */
  readonly auc: number
  readonly variance: FeatureVariance
  /** [C]: each class's own pairs against its pairs with all others. */
  readonly classes: readonly ClassOverlap[]
  /** Pairs of classes, those that overlap most first. */
  readonly classPairs: readonly ClassPairOverlap[]
}

export interface ClassOverlap {
  readonly classIndex: number
  readonly overlap: number
  /** NaN where the class has fewer than two images. */
  readonly meanSame: number
  readonly meanDifferent: number
}

export interface ClassPairOverlap {
  readonly first: number
  readonly second: number
  /** Of the pairs within either class and the pairs across. */
  readonly overlap: number
}

export interface OverlapOptions {
  /** [N, d]; rows are compared by their cosine. */
  readonly features: Matrix
  readonly labels: Int32Array
  readonly classes: number
  readonly bins?: number
  readonly kernels: Kernels
}

/** More images than this are sampled: beyond it pairs are too many to go through while somebody waits. */
export const mostImages = 5000
/** Class pairs are told for at most so many classes: their histograms alone would take more than 100 MB. */
const mostClassesForPairs = 256
const rowsPerChunk = 256
/** Groups of images that the bootstrap draws, and how often. */
const groups = 32
const resamples = 1000
/** The AUC is read off bins so fine that what falls into one is next to nothing. */
const fineBins = 2 ** 16

/**
 * Measures intra-modal overlap: histograms of cosine similarity over all pairs of the same class and all pairs of different
 * classes. Exact for up to 5,000 images; of more, a seeded sample of 5,000, stratified by class. A similarity near the edge
 * of a bin is computed in double precision, so that the histograms are those of a double-precision computation.
 *
 * Throws INVALID_VALUE where there are fewer than two images, or fewer than two classes among them.
 */
export async function measureOverlap(options: OverlapOptions): Promise<Overlap> {
  const { labels, features, sampled } = sampleOf(options)
  const present = new Set(labels)
  if (labels.length < 2 || present.size < 2) {
    throw errors.invalidValue({ reason: 'Overlap needs at least two images, of at least two classes.' })
  }
  const bins = binsOf(options.bins ?? 200)
  const counts = await countPairs({ ...options, features, labels }, bins)
  const [same, different] = [counts.total(1), counts.total(0)]
  const [sums, pairs] = [counts.sums, [sumOf(different), sumOf(same)]]
  return {
    images: labels.length,
    sampled,
    edges: bins.edges,
    same,
    different,
    overlap: { value: overlapCoefficient(same, different), ...bootstrap(counts.blocks, bins.count) },
    meanSame: (sums[1] as number) / (pairs[1] as number),
    meanDifferent: (sums[0] as number) / (pairs[0] as number),
    auc: chanceAbove(counts.fine[1] as Float64Array, counts.fine[0] as Float64Array),
    variance: varianceOf(features, labels, options.classes),
    classes: counts.classes(),
    classPairs: counts.classPairs(),
  }
}

function sampleOf({ features, labels, classes }: OverlapOptions) {
  if (labels.length <= mostImages) return { features: unitRows(features), labels, sampled: false }
  const byClass = Array.from({ length: classes }, (): number[] => [])
  labels.forEach((label, i) => {
    byClass[label]?.push(i)
  })
  const share = mostImages / labels.length
  const rows = byClass
    .flatMap((images, c) =>
      seeded('overlap', c)
        .shuffled(images)
        .slice(0, Math.ceil(images.length * share)),
    )
    .sort((a, b) => a - b)
  return {
    features: unitRows(gatherRows(features, rows)),
    labels: Int32Array.from(rows, (i) => labels[i] as number),
    sampled: true,
  }
}

async function countPairs({ features, labels, classes, kernels }: OverlapOptions, bins: Bins) {
  const breathe = breather()
  const n = labels.length
  const group = groupsOf(labels)
  /** By pair of groups, then different or same, then bin. */
  const blocks = new Float64Array(groups * groups * 2 * bins.count)
  const fine = [new Float64Array(fineBins), new Float64Array(fineBins)]
  const sums = [0, 0]
  const perClass = new Float64Array(classes * 2 * bins.count)
  const perClassSums = new Float64Array(classes * 2)
  const withPairs = classes <= mostClassesForPairs
  const perPair = new Float64Array(withPairs ? (classes * (classes + 1) * bins.count) / 2 : 0)
  const pairAt = (a: number, b: number) =>
    ((Math.max(a, b) * (Math.max(a, b) + 1)) / 2 + Math.min(a, b)) * bins.count

  for (let from = 0; from < n; from += rowsPerChunk) {
    const to = Math.min(n, from + rowsPerChunk)
    // Row i is compared with the rows behind it.
    const rest = sliceRows(features, from, n)
    const { data } = await kernels.dot(sliceRows(features, from, to), rest)
    for (let i = from; i < to; i++) {
      const a = labels[i] as number
      for (let j = i + 1; j < n; j++) {
        const b = labels[j] as number
        let similarity = data[(i - from) * (n - from) + (j - from)] as number
        if (bins.isNearEdge(similarity)) similarity = preciseCosine(features, i, j)
        const bin = bins.indexOf(similarity)
        const same = a === b ? 1 : 0
        const block = (((group[i] as number) * groups + (group[j] as number)) * 2 + same) * bins.count + bin
        blocks[block] = (blocks[block] as number) + 1
        const fineBin = Math.min(fineBins - 1, Math.max(0, Math.floor(((similarity + 1) / 2) * fineBins)))
        const fineCounts = fine[same] as Float64Array
        fineCounts[fineBin] = (fineCounts[fineBin] as number) + 1
        sums[same] = (sums[same] as number) + similarity
        for (const c of same ? [a] : [a, b]) {
          const at = (c * 2 + same) * bins.count + bin
          perClass[at] = (perClass[at] as number) + 1
          perClassSums[c * 2 + same] = (perClassSums[c * 2 + same] as number) + similarity
        }
        if (withPairs) {
          const at = pairAt(a, b) + bin
          perPair[at] = (perPair[at] as number) + 1
        }
      }
      await breathe()
    }
  }

  const slice = (from: Float64Array, at: number) => from.subarray(at, at + bins.count)
  return {
    blocks,
    fine,
    sums,
    total(same: 0 | 1): Float64Array {
      const result = new Float64Array(bins.count)
      for (let block = 0; block < groups * groups; block++) {
        const counts = slice(blocks, (block * 2 + same) * bins.count)
        for (let k = 0; k < bins.count; k++) result[k] = (result[k] as number) + (counts[k] as number)
      }
      return result
    },
    classes: (): ClassOverlap[] =>
      Array.from({ length: classes }, (_, c) => {
        const [others, own] = [slice(perClass, c * 2 * bins.count), slice(perClass, (c * 2 + 1) * bins.count)]
        return {
          classIndex: c,
          overlap: overlapCoefficient(own, others),
          meanSame: (perClassSums[c * 2 + 1] as number) / sumOf(own),
          meanDifferent: (perClassSums[c * 2] as number) / sumOf(others),
        }
      }),
    classPairs(): ClassPairOverlap[] {
      const pairs: ClassPairOverlap[] = []
      for (let first = 0; withPairs && first < classes; first++) {
        const own = slice(perPair, pairAt(first, first))
        for (let second = first + 1; second < classes; second++) {
          const other = slice(perPair, pairAt(second, second))
          const within = own.map((count, k) => count + (other[k] as number))
          const across = slice(perPair, pairAt(first, second))
          pairs.push({ first, second, overlap: overlapCoefficient(within, across) })
        }
      }
      return pairs.sort((x, y) => y.overlap - x.overlap)
    },
  }
}

/** A random group for each image, every class spread over the groups. */
function groupsOf(labels: Int32Array): Int32Array {
  const order = seeded('overlap groups').shuffled(Array.from(labels.keys()))
  order.sort((i, j) => (labels[i] as number) - (labels[j] as number))
  const result = new Int32Array(labels.length)
  order.forEach((image, position) => {
    result[image] = position % groups
  })
  return result
}

/** The cosine of two rows in double precision. */
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

/**
 * The interval of the overlap coefficient when images are drawn again. Pairs are not independent, so not pairs are drawn
 * but groups of images, and a pair of groups counts as often as both were drawn.
 */
function bootstrap(blocks: Float64Array, bins: number): { low: number; high: number } {
  const random = seeded('overlap bootstrap')
  const values = new Float64Array(resamples)
  const drawn = new Float64Array(groups)
  const counts = new Float64Array(2 * bins)
  for (let r = 0; r < resamples; r++) {
    drawn.fill(0)
    for (let g = 0; g < groups; g++) {
      const chosen = random.integer(groups)
      drawn[chosen] = (drawn[chosen] as number) + 1
    }
    counts.fill(0)
    for (let g = 0; g < groups; g++) {
      for (let h = 0; h < groups; h++) {
        const weight = (drawn[g] as number) * (drawn[h] as number)
        if (weight === 0) continue
        const at = (g * groups + h) * 2 * bins
        for (let k = 0; k < 2 * bins; k++) {
          counts[k] = (counts[k] as number) + weight * (blocks[at + k] as number)
        }
      }
    }
    values[r] = overlapCoefficient(counts.subarray(bins), counts.subarray(0, bins))
  }
  values.sort()
  const at = (share: number) => values[Math.ceil(share * resamples) - 1] as number
  return { low: at(0.025), high: at(0.975) }
}
