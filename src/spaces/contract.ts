import type { Kernels } from '../tensor/kernels.js'
import type { Matrix } from '../tensor/matrix.js'
import type { Dash, Marker } from './line-style.js'

/**
 * A feature space: where images are compared with images. A plugin returns one from a function call:
 *
 * ```ts
 * export const doubled = () =>
 *   defineSpace({ id: 'doubled', name: 'Doubled', summary: 'The same, to show the form.', base: 'clip', trained: false })
 * ```
 */
export interface FeatureSpace {
  readonly id: string
  readonly name: string
  /** One sentence for a person who chooses. */
  readonly summary: string
  /** In TeX, how a feature `f` of the base becomes a feature `u` of this space. */
  readonly formula?: string
  readonly paper?: { readonly title: string; readonly url: string }
  /** Its points and lines in plots; without them, some by its id. */
  readonly marker?: Marker
  readonly dash?: Dash
  /** The encoder's own space whose features this one starts from: `clip`, or `imo` with the adapters on. */
  readonly base: string
  /** Whether it needs something trained, such as adapters. */
  readonly trained: boolean
  /**
   * Numbers that its fit depends on. In this space a method has them among its own hyperparameters: each can be given,
   * and selection searches it where a grid is asked for; otherwise it is at its default.
   */
  readonly hyperparameters?: Readonly<Record<string, SpaceHyperparameter>>
  /**
   * How it is fitted on a support set; absent where it takes the encoder's features as they are. `values` may hold more
   * than its own hyperparameters; what it does not hold is at its default.
   */
  readonly fit?: (support: LabelledFeatures, kernels: Kernels, values?: SpaceValues) => Promise<FittedSpace>
}

/** Always a shape: for each of its values the space is fitted, and the method searched, again. */
export interface SpaceHyperparameter {
  readonly kind: 'shape'
  readonly default: number
  /** Ascending; the first and the last are the least and the greatest allowed. */
  readonly grid: readonly number[]
  readonly summary: string
}

/** Values of hyperparameters by name. */
export type SpaceValues = Readonly<Record<string, number>>

/** A support set as a space sees it. */
export interface LabelledFeatures {
  /** [S, d], unit rows. */
  readonly features: Matrix
  /** [S], the class of each row, in {0, …, C − 1}. */
  readonly labels: Int32Array
}

export interface FittedSpace {
  /** Features of the base space to unit features of this one: [N, d] → [N, m]. */
  project(features: Matrix): Promise<Matrix>
  /**
   * The affinities of support images `from` up to `to` with all support images, [to − from, S], where row i is taken in
   * the space fitted without image i. Its entry with itself is not looked at. Where it is absent, Shotboard fits the
   * space again without each image, which is as exact and slower.
   */
  leaveOneOut?(from: number, to: number): Promise<Matrix>
  /**
   * All support images in the space fitted without image i, [S, m], up to a rotation, which no method sees. For methods
   * that look at more of the keys than at affinities; where it is absent, the space is fitted again.
   */
  fold?(i: number): Promise<Matrix>
}

/** Declares a space. */
export const defineSpace = (space: FeatureSpace): FeatureSpace => space

/** The same space, fitted at these values of its hyperparameters. */
export function spaceAt(space: FeatureSpace, values: SpaceValues): FeatureSpace {
  const { fit: fitAt } = space
  return fitAt ? { ...space, fit: (support, kernels) => fitAt(support, kernels, values) } : space
}
