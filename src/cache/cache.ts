import { errors } from '../errors.js'
import type { FeatureSpace, FittedSpace } from '../spaces/contract.js'
import type { Kernels } from '../tensor/kernels.js'
import { gatherRows, type Matrix } from '../tensor/matrix.js'
import { type Batch, createBatch, kept } from './batch.js'
import { keysWithout, leaveOneOutAffinities } from './leave-one-out.js'

/** Unit image features, one row an image, by the id of the encoder's space: `clip` always, `imo` where there is one. */
export type SpaceFeatures = Readonly<Record<string, Matrix>>

/** A support set, encoded. */
export interface Support {
  readonly features: SpaceFeatures
  /** [S], the class of each image. */
  readonly labels: Int32Array
  /** C. */
  readonly classes: number
  /** W, [C, d]: per class the mean of its prompts' unit text features, made unit. Null where there are no texts. */
  readonly textClassifier: Matrix | null
  readonly logitScale: number
}

/** The key-value cache of a support set in one feature space. Keys stand sorted by class. */
export interface Cache {
  readonly space: FeatureSpace
  /** The space fitted on the keys; undefined where it takes the encoder's features as they are. */
  readonly fitted: FittedSpace | undefined
  readonly kernels: Kernels
  readonly classes: number
  readonly logitScale: number
  readonly textClassifier: Matrix | null
  /** F, [S, d]: the keys in `clip`. */
  readonly keys: Matrix
  /** G, [S, m]: the keys in the chosen space. */
  readonly spaceKeys: Matrix
  /** [S], ascending: the values L, one-hot, by their class. */
  readonly labels: Int32Array
  /** [C], the number of keys of each class. */
  readonly counts: Int32Array
  /** [S]: where each key stands in the support set as it was given. */
  readonly order: Int32Array
  /** What a term derives from the cache alone is computed once and kept under its name. */
  derive<T>(name: string, compute: () => Promise<T>): Promise<T>
  /** The queries in chunks that keep memory bounded. */
  batches(queries: SpaceFeatures): Iterable<Batch>
  /** The support set against itself, each image's own key left out, in chunks; what a chunk is asked throws CANCELLED. */
  leaveOneOut(signal?: AbortSignal): AsyncIterable<Batch>
}

/** A chunk's affinities have at most this many entries, 8 MB: a loop over them does not hold the event loop for long. */
const chunkEntries = 2 * 2 ** 20

/** Builds the cache of a support set in a space. Throws SPACE_NOT_AVAILABLE where the base features are missing. */
export async function buildCache(support: Support, space: FeatureSpace, kernels: Kernels): Promise<Cache> {
  const order = byClass(support.labels)
  const labels = Int32Array.from(order, (i) => support.labels[i] as number)
  const keys = gatherRows(featuresOf(support.features, 'clip'), order)
  const baseKeys = space.base === 'clip' ? keys : gatherRows(featuresOf(support.features, space.base), order)
  const fitted = await space.fit?.({ features: baseKeys, labels }, kernels)
  const spaceKeys = fitted ? await fitted.project(baseKeys) : baseKeys
  const counts = new Int32Array(support.classes)
  for (const label of labels) counts[label] = (counts[label] as number) + 1
  const rowsPerChunk = Math.max(1, Math.floor(chunkEntries / Math.max(keys.rows, support.classes, 1)))

  const cache: Cache = {
    derive: kept(),
    space,
    fitted,
    kernels,
    classes: support.classes,
    logitScale: support.logitScale,
    textClassifier: support.textClassifier,
    keys,
    spaceKeys,
    labels,
    counts,
    order,
    *batches(queries) {
      const clip = featuresOf(queries, 'clip')
      const base = featuresOf(queries, space.base)
      for (let from = 0; from < clip.rows; from += rowsPerChunk) {
        const to = Math.min(clip.rows, from + rowsPerChunk)
        yield createBatch(cache, { clip, base, from, to, project: projectionOf(fitted) })
      }
    },
    async *leaveOneOut(signal) {
      const all = { space, fitted, features: baseKeys, spaceKeys, labels, kernels }
      for (let from = 0; from < keys.rows; from += rowsPerChunk) {
        const to = Math.min(keys.rows, from + rowsPerChunk)
        const affinities = () => leaveOneOutAffinities({ ...all, from, to, ...(signal && { signal }) })
        yield createBatch(cache, {
          clip: keys,
          base: baseKeys,
          from,
          to,
          project: projectionOf(fitted),
          leftOut: { affinities, keysWithout: (i) => keysWithout(all, from + i) },
        })
      }
    },
  }
  return cache
}

/** Features of one of the encoder's spaces. Throws SPACE_NOT_AVAILABLE where they are not given. */
export function featuresOf(features: SpaceFeatures, space: string): Matrix {
  const found = features[space]
  if (found === undefined) throw errors.spaceNotAvailable({ space, encoder: 'given' })
  return found
}

const projectionOf = (fitted: FittedSpace | undefined) =>
  fitted ? (features: Matrix) => fitted.project(features) : undefined

/** The positions of the images sorted by class, in the given order within a class. */
function byClass(labels: Int32Array): Int32Array {
  const positions = Array.from(labels.keys())
  positions.sort((a, b) => (labels[a] as number) - (labels[b] as number) || a - b)
  return Int32Array.from(positions)
}
