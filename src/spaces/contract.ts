import type { Kernels } from '../tensor/kernels.js'
import type { Matrix } from '../tensor/matrix.js'
import type { Piece } from '../tensor/piece.js'
import type { Dash, Marker } from './line-style.js'
import type { Origin } from './origin.js'

/**
 * A feature space: where images are compared with images. A function declares one and returns it:
 *
 * ```ts
 * export const doubled = () =>
 *   defineSpace({ id: 'doubled', name: 'Doubled', summary: 'The same features, as an example.', base: 'clip', trained: false })
 * ```
 */
export interface FeatureSpace {
  readonly id: string
  readonly name: string
  /** One sentence that helps to choose a space. */
  readonly summary: string
  /** In TeX, how a feature `f` of the base becomes a feature `u` of this space. */
  readonly formula?: string
  readonly paper?: { readonly title: string; readonly url: string }
  /** Its marker and dash in plots; without them, ones by its id. */
  readonly marker?: Marker
  readonly dash?: Dash
  /** The encoder's own space whose features this one starts from: `clip`, or `imo` with the adapters switched on. */
  readonly base: string
  /** Whether it needs something trained, such as adapters. */
  readonly trained: boolean
  /** Whether its fit reads the text classifier; false by default. */
  readonly usesTexts?: boolean
  /** Whether its fit reads the generic covariance; false by default. */
  readonly usesGeneric?: boolean
  /**
   * Numbers that its fit depends on. A method in this space has them among its hyperparameters: each can be given, is
   * searched if a grid is given for it, and is at its default otherwise.
   */
  readonly hyperparameters?: Readonly<Record<string, SpaceHyperparameter>>
  /**
   * Fits it on a support set; absent if it takes the encoder's features as they are. `values` may hold more than its own
   * hyperparameters; those it does not hold are at their defaults.
   */
  readonly fit?: (support: SpaceSupport, kernels: Kernels, values?: SpaceValues) => Promise<FittedSpace>
  /** Set by the registry, not by a plugin. */
  readonly origin?: Origin
}

/** Always a shape: each of its values needs another fit and another search. */
export interface SpaceHyperparameter {
  readonly kind: 'shape'
  readonly default: number
  /** Ascending. The first is the minimum allowed, the last the maximum. */
  readonly grid: readonly number[]
  /** Whether only whole numbers are allowed. */
  readonly whole?: boolean
  readonly summary: string
}

/** Values of hyperparameters by name. */
export type SpaceValues = Readonly<Record<string, number>>

/** Support features and their classes. */
export interface LabelledFeatures {
  /** [S, d], unit rows. */
  readonly features: Matrix
  /** [S], the class of each row, in {0, …, C − 1}. */
  readonly labels: Int32Array
}

/** What a space is fitted to. It may grow, so a space reads what it needs of it by name. */
export interface SpaceSupport extends LabelledFeatures {
  /**
   * W, [C, d]: the text classifier, in `clip`. Null if the space does not declare `usesTexts`, so that a space cannot use
   * texts unnoticed where images are compared alone.
   */
  readonly textClassifier: Matrix | null
  /** How other labelled images of the same encoder scatter. Null if the space does not declare `usesGeneric`. */
  readonly generic?: GenericCovariance | null
}

/** How generic labelled images scatter in `clip`, within classes and between them (`fitting/generic-covariance.ts`). */
export interface GenericCovariance {
  /** d. */
  readonly dimensions: number
  /** In coordinates in which images of a generic class scatter about alike in all directions. Computed once. */
  whitened(kernels: Kernels): Promise<WhitenedGeneric>
}

export interface WhitenedGeneric {
  /** A, [d, d], with `A·Aᵀ = ((1−κ)·S_w + κ·I)⁻¹`: `x·A` are the coordinates. */
  readonly root: Matrix
  /** `Aᵀ·S_w·A` and `Aᵀ·S_b·A`, [d, d], the covariances within and between generic classes. */
  readonly within: Matrix
  readonly between: Matrix
  /** The number of generic classes. */
  readonly classes: number
}

export interface FittedSpace {
  /** Maps features of the base space, [N, d], to unit features of this one, [N, m]. */
  project(features: Matrix): Promise<Matrix>
  /** Maps unit text features, [N, d], to unit features of this space, [N, m]; absent if texts have no place in it. */
  projectTexts?(texts: Matrix): Promise<Matrix>
  /**
   * What `project` computes, as a part of a graph that reads `features`, [N, d]. With it, classifiers in the space can be
   * exported; without it, an export is refused by the space's name.
   */
  readonly graph?: Piece
}

/** Declares a space. */
export const defineSpace = (space: FeatureSpace): FeatureSpace => space

/** The same space, fitted at these values of its hyperparameters. */
export function spaceAt(space: FeatureSpace, values: SpaceValues): FeatureSpace {
  const { fit: fitAt } = space
  return fitAt ? { ...space, fit: (support, kernels) => fitAt(support, kernels, values) } : space
}
