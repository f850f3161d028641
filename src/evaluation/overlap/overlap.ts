import { errors } from '../../errors.js'
import { seeded } from '../../system/random.js'
import type { Kernels } from '../../tensor/kernels.js'
import { gatherRows, type Matrix, unitRows } from '../../tensor/matrix.js'
import { bootstrapInterval, groups, groupsOf } from './bootstrap.js'
import { binsOf, chanceAbove, overlapCoefficient, sumOf } from './histogram.js'
import { countPairs, type PairCounts } from './pairs.js'
import { type FeatureVariance, varianceOf } from './variance.js'

/** The overlap of similarities within classes and between classes. */
export interface Overlap {
  /** The number of compared images, and whether they are a sample. */
  readonly images: number
  readonly sampled: boolean
  /** [bins + 1], from −1 to 1. */
  readonly edges: Float64Array
  /** [bins]: the number of pairs by cosine similarity. */
  readonly same: Float64Array
  readonly different: Float64Array
  /** The overlap coefficient, with a bootstrap 95 % interval over groups of images. */
  readonly overlap: { readonly value: number; readonly low: number; readonly high: number }
  readonly meanSame: number
  readonly meanDifferent: number
  /** The probability that a same-class pair is more similar than a different-class pair. */
  readonly auc: number
  readonly variance: FeatureVariance
  /** [C]: each class's own pairs compared with its pairs with all other classes. */
  readonly classes: readonly ClassOverlap[]
  /** Pairs of classes, highest overlap first. */
  readonly classPairs: readonly ClassPairOverlap[]
}

export interface ClassOverlap {
  readonly classIndex: number
  readonly overlap: number
  /** NaN if the class has fewer than two images. */
  readonly meanSame: number
  readonly meanDifferent: number
}

export interface ClassPairOverlap {
  readonly first: number
  readonly second: number
  /** The overlap of the pairs within either class with the pairs across. */
  readonly overlap: number
}

export interface OverlapOptions {
  /** [N, d]; rows are compared by cosine similarity. */
  readonly features: Matrix
  readonly labels: Int32Array
  readonly classes: number
  readonly bins?: number
  readonly kernels: Kernels
}

/** Above this number of images a sample is used, because all pairs would take too long. */
export const maxImages = 5000

/**
 * Measures intra-modal overlap: histograms of cosine similarity over all pairs of the same class and all pairs of
 * different classes. Exact for up to 5,000 images; above, a seeded sample of 5,000, stratified by class. A similarity
 * near the edge of a bin is computed in double precision, so that the histograms are those of a double-precision
 * computation.
 *
 * Throws INVALID_VALUE for fewer than two images, or fewer than two classes.
 */
export async function measureOverlap(options: OverlapOptions): Promise<Overlap> {
  const { labels, features, sampled, bins, counts } = await count(options)
  const { classes } = options
  const [different, same] = [totalOf(counts.blocks, bins.count, 0), totalOf(counts.blocks, bins.count, 1)]
  const interval = await bootstrapInterval(counts.blocks, bins.count, options.kernels)
  return {
    images: labels.length,
    sampled,
    edges: bins.edges,
    same,
    different,
    overlap: { value: overlapCoefficient(same, different), ...interval },
    meanSame: counts.sums[1] / sumOf(same),
    meanDifferent: counts.sums[0] / sumOf(different),
    auc: chanceAbove(counts.fine[1], counts.fine[0]),
    variance: varianceOf(features, labels, classes),
    classes: classesOf(counts, classes, bins.count),
    classPairs: classPairsOf(counts, classes),
  }
}

/** Only the overlap coefficient, at a fraction of the cost. Throws like `measureOverlap`. */
export async function overlapValue(options: OverlapOptions): Promise<number> {
  const { counts, bins } = await count(options)
  return overlapCoefficient(totalOf(counts.blocks, bins.count, 1), totalOf(counts.blocks, bins.count, 0))
}

async function count(options: OverlapOptions) {
  const { labels, features, sampled } = sampleOf(options)
  const present = new Set(labels)
  if (labels.length < 2 || present.size < 2) {
    throw errors.invalidValue({ reason: 'Overlap needs at least two images from at least two classes.' })
  }
  const bins = binsOf(options.bins ?? 200)
  const { classes, kernels } = options
  const group = groupsOf(labels)
  const counts = await countPairs({ features, labels, classes, group, groups, bins, kernels })
  return { features, labels, sampled, bins, counts }
}

function sampleOf({ features, labels, classes }: OverlapOptions) {
  if (labels.length <= maxImages) return { features: unitRows(features), labels, sampled: false }
  const byClass = Array.from({ length: classes }, (): number[] => [])
  labels.forEach((label, i) => {
    byClass[label]?.push(i)
  })
  const share = maxImages / labels.length
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

/** [bins]: the pairs of the same class (1) or of different classes (0). */
function totalOf(blocks: Uint32Array, bins: number, same: 0 | 1): Float64Array {
  const total = new Float64Array(bins)
  for (let at = same * bins; at < blocks.length; at += 2 * bins) {
    for (let k = 0; k < bins; k++) total[k] = (total[k] as number) + (blocks[at + k] as number)
  }
  return total
}

function classesOf({ perClass, perClassSums }: PairCounts, classes: number, bins: number): ClassOverlap[] {
  return Array.from({ length: classes }, (_, c) => {
    const [others, own] = [0, 1].map((same) => {
      const at = (c * 2 + same) * bins
      return perClass.subarray(at, at + bins)
    }) as [Float64Array, Float64Array]
    return {
      classIndex: c,
      overlap: overlapCoefficient(own, others),
      meanSame: (perClassSums[c * 2 + 1] as number) / sumOf(own),
      meanDifferent: (perClassSums[c * 2] as number) / sumOf(others),
    }
  })
}

function classPairsOf({ between }: PairCounts, classes: number): ClassPairOverlap[] {
  const pairs: ClassPairOverlap[] = []
  for (let first = 0; between && first < classes; first++) {
    const own = between(first, first)
    for (let second = first + 1; second < classes; second++) {
      const other = between(second, second)
      const within = own.map((count, k) => count + (other[k] as number))
      pairs.push({ first, second, overlap: overlapCoefficient(within, between(first, second)) })
    }
  }
  return pairs.sort((x, y) => y.overlap - x.overlap)
}
