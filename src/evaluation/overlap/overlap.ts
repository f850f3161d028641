import { errors } from '../../errors.js'
import { seeded } from '../../system/random.js'
import type { Kernels } from '../../tensor/kernels.js'
import { gatherRows, type Matrix, unitRows } from '../../tensor/matrix.js'
import { bootstrapInterval, groups, groupsOf } from './bootstrap.js'
import { binsOf, chanceAbove, overlapCoefficient, sumOf } from './histogram.js'
import { countPairs, type PairCounts } from './pairs.js'
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
export const maxImages = 5000

/**
 * Measures intra-modal overlap: histograms of cosine similarity over all pairs of the same class and all pairs of different
 * classes. Exact for up to 5,000 images; of more, a seeded sample of 5,000, stratified by class. A similarity near the edge
 * of a bin is computed in double precision, so that the histograms are those of a double-precision computation.
 *
 * Throws INVALID_VALUE where there are fewer than two images, or fewer than two classes among them.
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

/** The overlap coefficient alone, at a fraction of the cost. Throws as `measureOverlap`. */
export async function overlapValue(options: OverlapOptions): Promise<number> {
  const { counts, bins } = await count(options)
  return overlapCoefficient(totalOf(counts.blocks, bins.count, 1), totalOf(counts.blocks, bins.count, 0))
}

async function count(options: OverlapOptions) {
  const { labels, features, sampled } = sampleOf(options)
  const present = new Set(labels)
  if (labels.length < 2 || present.size < 2) {
    throw errors.invalidValue({ reason: 'Overlap needs at least two images, of at least two classes.' })
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

/** [bins]: all pairs of the same class (1) or of different classes (0). */
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
