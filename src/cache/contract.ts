import type { SpaceFeatures } from '../features/space-features.js'
import type { FeatureSpace, FittedSpace } from '../spaces/contract.js'
import type { Kernels } from '../tensor/kernels.js'
import type { Matrix } from '../tensor/matrix.js'

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

/**
 * Some queries against a cache: all that a term of a method sees. What is asked for is computed once and kept, so terms
 * share it. Every matrix has one row a query; none is to be written to.
 */
export interface Batch {
  readonly cache: Cache
  /** n. */
  readonly rows: number
  /** T, [n, d]: query features in `clip`. */
  readonly queries: Matrix
  /** Where the first query stands among all queries. */
  readonly from: number
  /**
   * Whether the queries are the support images themselves, each compared with all keys but its own: query i is then key
   * `from + i`.
   */
  readonly leavesOneOut: boolean
  /** `T·Wᵀ`, [n, C]: cosine similarities with the classes' texts. Throws where the cache has no text classifier. */
  textSimilarities(): Promise<Matrix>
  /** U, [n, m]: query features in the method's space. */
  spaceQueries(): Promise<Matrix>
  /**
   * `A = U·Gᵀ`, [n, S]: cosine similarities with the keys in the method's space. A key that is left out stands at −3e38,
   * which any kernel that falls with distance makes 0.
   */
  affinities(): Promise<Matrix>
  /** `exp(−β(1 − A))·L`, [n, C]. */
  sharpenedSums(beta: number): Promise<Matrix>
  /** `V·L`, [n, C]: values of keys [n, S] summed by class. Pass 0 for keys that are left out. */
  classSums(values: Matrix): Matrix
  /** How many keys of the class query i is compared with: one fewer where its own is left out. */
  keysOf(classIndex: number, i: number): number
  /**
   * Where `leavesOneOut`: all keys, [S, m], in the space as it is without query i, which is row `from + i` of them; up to
   * a rotation, so to be compared among themselves alone. Otherwise the keys G.
   */
  keysWithout(i: number): Promise<Matrix>
  /** What a term derives from the batch alone is computed once and kept under its name. */
  derive<T>(name: string, compute: () => Promise<T>): Promise<T>
}
