import type { Batch } from '../cache/contract.js'
import { errors } from '../errors.js'
import type { FeatureSpace } from '../spaces/contract.js'
import type { Matrix } from '../tensor/matrix.js'

/*
 * The contract of a method.
 *
 * A method scores a query x as a weighted sum of logit terms,
 *
 *     logits(x) = Σ weight_i · term_i(x; shapes_i),
 *
 * and declares its terms and its hyperparameters. Each hyperparameter is a *weight*, by which a term is multiplied, or a
 * *shape*, on which a term depends otherwise. From that the platform makes the rest: prediction, its explanation, the
 * exact hyperparameter search (for fixed shapes the terms are fixed matrices, so all weights are searched exactly),
 * leave-one-out, timing and comparison. A method that is no such sum gives `score` instead of terms.
 */

/** Values of hyperparameters by name. */
export type Values = Readonly<Record<string, number>>

export interface Hyperparameter {
  readonly kind: 'weight' | 'shape'
  /** What is used where nothing is selected. */
  readonly default: number
  /** The values that selection searches, ascending. The first and the last are the least and the greatest allowed. */
  readonly grid: readonly number[]
  readonly summary: string
}

/** The least and the greatest value of something, over all queries and keys. */
export interface Range {
  readonly min: number
  readonly max: number
}
export type Ranges = Readonly<Record<string, Range>>

export const leaveOneOutWays = ['in-batch', 'in-batch-unless-fitted', 'refit'] as const
export type LeaveOneOut = (typeof leaveOneOutWays)[number]

/** One addend of a method's logits. */
export interface Term {
  readonly name: string
  /** One sentence: what it measures. */
  readonly summary: string
  /** What its logits are before weighting, in TeX that reads as a factor: `\exp(-\beta(1 - UG^\top))\,L`. */
  readonly formula?: string
  /** The hyperparameter that multiplies it; null where it stands as it is. */
  readonly weight: string | null
  /** The hyperparameters that its logits depend on. */
  readonly shapes: readonly string[]
  /** Whether it reads the text classifier. */
  readonly usesTexts: boolean
  /** Whether it reads the keys: a method with such a term compares images in a feature space. */
  readonly usesKeys: boolean
  /**
   * How leave-one-out is kept exact. `in-batch`: the term reads keys through the batch's `affinities`, `sharpenedSums`,
   * `keysOf` and `keysWithout`, which leave each image's own key out. `in-batch-unless-fitted`: where `batch.leavesOneOut` it takes each
   * image's own share out of what it reads by itself, from keys as they stand, which is right in every space that is not
   * fitted on them. `refit`, the default: it reads them otherwise, so Shotboard builds a cache without each image in
   * turn, which is always right and slower.
   */
  readonly leaveOneOut?: LeaveOneOut
  /**
   * Ranges that the term scales by. They are taken over the calibration data and then frozen, so that one image has the
   * same logits alone and in any batch.
   */
  readonly ranges?: (batch: Batch) => Promise<Ranges>
  /** The term's logits before weighting, [n, C]. `shapes` holds all values, `ranges` what this term's `ranges` gave. */
  readonly logits: (batch: Batch, shapes: Values, ranges: Ranges) => Promise<Matrix>
}

export interface Paper {
  readonly title: string
  readonly url: string
}

interface MethodBase {
  /** Lower case, unique, stable: clients use it. */
  readonly id: string
  readonly name: string
  readonly aliases?: readonly string[]
  /** One or two sentences for a person who chooses. */
  readonly summary: string
  readonly paper?: Paper
  /** The space it compares images in unless asked otherwise; null where it compares none. */
  readonly space: string | null
  /** The id of the method that this one is, in another space. */
  readonly variantOf?: string
  /** In the order in which ties of the search are broken: the first varies slowest. */
  readonly hyperparameters: Readonly<Record<string, Hyperparameter>>
}

/** A method that is a weighted sum of terms. */
export interface SumMethod extends MethodBase {
  readonly terms: readonly Term[]
  readonly score?: never
}

/** A method that is no such sum: it scores a batch itself, [n, C], and is searched point by point. */
export interface ScoredMethod extends MethodBase {
  readonly score: (batch: Batch, values: Values) => Promise<Matrix>
  readonly usesTexts: boolean
  /** Its logits in TeX. */
  readonly formula?: string
  /** As for a term. */
  readonly leaveOneOut?: LeaveOneOut
  readonly terms?: never
}

export type Method = SumMethod | ScoredMethod

/** Declares a method. Throws INVALID_PLUGIN where its parts do not fit together. */
export function defineMethod<M extends Method>(method: M): M {
  const wrong = (reason: string) => errors.invalidPlugin({ plugin: `method ${method.id}`, reason })
  checkGrids(`method ${method.id}`, method.hyperparameters)
  const names = new Set<string>()
  for (const { name, weight, shapes } of method.terms ?? []) {
    if (names.has(name)) throw wrong(`it has two terms named ${name}`)
    names.add(name)
    if (weight !== null && method.hyperparameters[weight]?.kind !== 'weight') {
      throw wrong(`its term ${name} is weighted by ${weight}, which it does not declare as a weight`)
    }
    for (const shape of shapes) {
      if (method.hyperparameters[shape]?.kind !== 'shape') {
        throw wrong(`its term ${name} depends on ${shape}, which it does not declare as a shape`)
      }
    }
  }
  if (method.terms && method.terms.some((term) => term.usesKeys) !== (method.space !== null)) {
    throw wrong('it must name a space where a term uses keys, and null where none does')
  }
  return method
}

/** Throws INVALID_PLUGIN, naming the owner, where a grid is none or its default lies outside. */
export function checkGrids(owner: string, hyperparameters: MethodBase['hyperparameters']): void {
  const wrong = (reason: string) => errors.invalidPlugin({ plugin: owner, reason })
  for (const [name, { grid, default: standard }] of Object.entries(hyperparameters)) {
    const ascending = grid.every((value, i) => i === 0 || value > (grid[i - 1] as number))
    if (grid.length === 0 || !ascending || !grid.every(Number.isFinite)) {
      throw wrong(`the grid of ${name} must be a list of ascending numbers`)
    }
    const { min, max } = rangeOf({ grid })
    if (!(standard >= min && standard <= max)) {
      throw wrong(`the default ${standard} of ${name} lies outside its grid, ${min} to ${max}`)
    }
  }
}

/** The same method in another space: how `++` methods are made. */
export function inSpace(
  method: SumMethod,
  space: string,
  changes: Pick<MethodBase, 'id' | 'name' | 'summary'> & Partial<Pick<MethodBase, 'aliases' | 'paper'>>,
): SumMethod {
  return defineMethod({ ...method, aliases: [], variantOf: clipFormOf(method), ...changes, space })
}

/** The id of the method that this one is in `clip`: Tip-Adapter for Tip-Adapter++, and otherwise itself. */
export const clipFormOf = ({ id, variantOf }: Method): string => variantOf ?? id

type Declared = { readonly default: number; readonly grid: readonly number[]; readonly summary: string }

/** A hyperparameter that multiplies a term. */
export const weight = (declared: Declared): Hyperparameter => ({ kind: 'weight', ...declared })

/** A hyperparameter that shapes a term. */
export const shape = (declared: Declared): Hyperparameter => ({ kind: 'shape', ...declared })

/** `steps` evenly spaced values from `from` to `to`, both included, as NumPy's. */
export function linspace(from: number, to: number, steps: number): number[] {
  const step = (to - from) / (steps - 1)
  return Array.from({ length: steps }, (_, i) => (i === steps - 1 ? to : from + i * step))
}

/** `steps` values from `from` to `to`, both included, each the same multiple of the one before it, as NumPy's. */
export const geomspace = (from: number, to: number, steps: number): number[] =>
  linspace(0, 1, steps).map((share) => (share === 1 ? to : from * (to / from) ** share))

/** The least and the greatest value that a hyperparameter may take. */
export const rangeOf = ({ grid }: Pick<Hyperparameter, 'grid'>): Range => ({
  min: grid[0] as number,
  max: grid[grid.length - 1] as number,
})

/** What has hyperparameters: a method, a space, or a method in a space. */
export type Parametrised = Pick<MethodBase, 'id' | 'hyperparameters'>

/** The hyperparameters of a method in a space: the space's and its own, which come first where both have a name. */
export const parametersIn = (method: Method, space: FeatureSpace): Parametrised => ({
  id: method.id,
  hyperparameters: {
    ...(method.space !== null && space.hyperparameters),
    ...method.hyperparameters,
  },
})

/** The default of every hyperparameter. */
export const defaultsOf = ({ hyperparameters }: Pick<Parametrised, 'hyperparameters'>): Values =>
  Object.fromEntries(Object.entries(hyperparameters).map(([name, { default: value }]) => [name, value]))

/** Whether a method reads the text classifier. */
export const usesTexts = (method: Method): boolean =>
  method.terms ? method.terms.some((term) => term.usesTexts) : method.usesTexts

/** Whether a method leaves images out within a batch, rather than have the cache built again without each. */
export function leavesOneOutInBatch(method: Method, space: FeatureSpace): boolean {
  const fitted = space.fit !== undefined
  const inBatch = (way: LeaveOneOut | undefined) =>
    way === 'in-batch' || (way === 'in-batch-unless-fitted' && !fitted)
  return method.terms
    ? method.terms.every(({ leaveOneOut }) => inBatch(leaveOneOut))
    : inBatch(method.leaveOneOut)
}
