import type { Patches } from '../features/patches.js'
import type { Prompts } from '../features/prompts.js'
import type { SpaceFeatures } from '../features/space-features.js'
import type { FeatureSpace } from '../spaces/contract.js'
import type { Kernels } from '../tensor/kernels.js'
import type { Matrix } from '../tensor/matrix.js'
import type { Piece } from '../tensor/piece.js'
import type { Derive } from './derived.js'
import type { Watchfulness } from './watch.js'

/** The key-value cache of a support set in one feature space, with S keys sorted by C classes. */
export interface Cache {
  readonly space: FeatureSpace
  readonly kernels: Kernels
  readonly classes: number
  readonly logitScale: number
  readonly textClassifier: Matrix | null
  /** F, [S, d]: the keys in `clip`. */
  readonly keys: Matrix
  /** G, [S, m]: the keys in the chosen space. */
  readonly spaceKeys: Matrix
  /** The values L, [S]: the class index of each key, ascending. As a matrix, L is one-hot, [S, C]. */
  readonly labels: Int32Array
  /** [C]: the number of keys of each class. */
  readonly counts: Int32Array
  /** [S]: the position of each key in the support set as it was given. */
  readonly order: Int32Array
  /**
   * Memoizes by name what a term computes from the cache alone. A name in text is the term's own; those who share a value
   * import a `sharedName`. Values that take too much memory are forgotten, and computed again.
   */
  readonly derive: Derive
  /** How `spaceQueries` come from features of the base, as a part of a graph; absent if the space describes none. */
  readonly graph?: Piece
  /** How closely writes to what is shared are looked for. */
  readonly watchfulness: Watchfulness
  /**
   * The text features of every prompt, with its class, and the names of the classes. Throws unless the method declares
   * `needs: ['prompts']`.
   */
  prompts(): Promise<Prompts>
  /**
   * Maps unit text features, [N, d], to features of the chosen space, [N, m], where they can be compared with `spaceKeys`.
   * Throws unless the method declares `needs: ['projected-texts']`.
   */
  projectTexts(texts: Matrix): Promise<Matrix>
  /** Whether the space projects texts. */
  readonly projectsTexts: boolean
  /** The cache as a term or a method sees it; for Shotboard, which hands it over. */
  seenBy(owner: Owner): Cache
  /** The queries in chunks that keep memory bounded, or all in one batch if they are `together`. */
  batches(
    queries: SpaceFeatures,
    options?: {
      readonly together?: boolean
      /** Whether patches will be read, which take smaller chunks. */
      readonly patches?: boolean
    },
  ): Iterable<Batch>
}

/**
 * A batch of n queries against a cache: the input of a method's terms. Each matrix is computed once, at its first use, and
 * shared by the terms. Except for keys, matrices have one row for each query. Do not write to them.
 */
export interface Batch {
  readonly cache: Cache
  /** n, the number of queries. */
  readonly rows: number
  /** T, [n, d]: query features in `clip`. */
  readonly queries: Matrix
  /** The position of the first query among all queries. */
  readonly from: number
  /** `T·Wᵀ`, [n, C]: cosine similarities with the classes' texts. Throws if the cache has no text classifier. */
  textSimilarities(): Promise<Matrix>
  /** U, [n, m]: query features in the method's space. */
  spaceQueries(): Promise<Matrix>
  /** `A = U·Gᵀ`, [n, S]: cosine similarities with the keys in the method's space. */
  affinities(): Promise<Matrix>
  /** `exp(−β(1 − A))·L`, [n, C]. */
  sharpenedSums(beta: number): Promise<Matrix>
  /**
   * The features of the queries' patches, [n·P, d]; the keys have none. Throws unless the method declares
   * `needs: ['patches']`.
   */
  patches(): Promise<Patches>
  /** `V·L`, [n, C]: values of keys [n, S] summed by class. */
  classSums(values: Matrix): Matrix
  /** Memoizes by name what a term computes from the batch alone; as `Cache.derive`. */
  readonly derive: Derive
  /** The batch as a term or a method sees it; for Shotboard, which hands it over. */
  seenBy(owner: Owner): Batch
  /** The name of a shared matrix that a method or term has changed, though it must not; null if there is none. */
  written(): string | null
}

/** What a method declares that it needs besides images and the text classifier. */
export type Need = 'prompts' | 'projected-texts' | 'patches'

/** A term, or a method that scores by itself. */
export interface Owner {
  /** The term or the method itself: what it derives is kept under it. */
  readonly key: object
  readonly name: string
  /** Whether it is known to write to nothing that it shares, as what is built in. */
  readonly isTrusted: boolean
  /** It gets nothing else of what must be declared. */
  readonly needs?: readonly Need[]
}
