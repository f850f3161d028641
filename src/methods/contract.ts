import type { Batch, Cache, Need } from '../cache/contract.js'
import { errors } from '../errors.js'
import type { FeatureSpace } from '../spaces/contract.js'
import type { Origin } from '../spaces/origin.js'
import type { Matrix } from '../tensor/matrix.js'
import type { Piece } from '../tensor/piece.js'
import type { PlotColor } from './colors.js'

/*
 * The contract of a method.
 *
 * A method scores a query x as a weighted sum of logit terms,
 *
 *     logits(x) = Σ weight_i · term_i(x; shapes_i),
 *
 * and declares its terms and its hyperparameters. Each hyperparameter is a *weight*, which multiplies a term, or a
 * *shape*, on which a term depends in any other way. Shotboard does the rest: predictions, explanations, the exact
 * hyperparameter search (for fixed shapes the terms are fixed matrices, so all weights are searched exactly),
 * leave-one-out, timing and comparisons. A method that is no such sum has `score` instead of terms.
 */

/** Values of hyperparameters by name. */
export type Values = Readonly<Record<string, number>>

export interface Hyperparameter {
  readonly kind: 'weight' | 'shape'
  /** The value if none is given or selected. */
  readonly default: number
  /** The values that selection searches, ascending. The first is the minimum allowed, the last the maximum. */
  readonly grid: readonly number[]
  /** Whether only whole numbers are allowed, as for a number of neighbours. */
  readonly whole?: boolean
  /** One sentence: what it changes. */
  readonly summary: string
}

/** The minimum and the maximum of a quantity over all queries and keys. */
export interface Range {
  readonly min: number
  readonly max: number
}
export type Ranges = Readonly<Record<string, Range>>

/** One addend of a method's logits. */
export interface Term {
  readonly name: string
  /** One sentence: what it measures. */
  readonly summary: string
  /** Its logits before weighting, as a factor in TeX: `\exp(-\beta(1 - UG^\top))\,L`. */
  readonly formula?: string
  /** The colour of its share in explanations; without one, a colour by its name. */
  readonly color?: PlotColor
  /** The hyperparameter that multiplies it; null if none does. */
  readonly weight: string | null
  /** The hyperparameters that its logits depend on. The search computes its logits once for each value of these. */
  readonly shapes: readonly string[]
  /** Whether it reads the text classifier. */
  readonly usesTexts: boolean
  /** Whether it reads the keys. A method with such a term compares images in a feature space. */
  readonly usesKeys: boolean
  /**
   * Ranges that the term scales by. They are taken over the calibration data and then frozen, so that an image has the
   * same logits alone and in any batch.
   */
  readonly ranges?: (batch: Batch) => Promise<Ranges>
  /**
   * Its logits before weighting, [n, C]. `shapes` holds the values of the hyperparameters that it depends on; to read another is
   * an error. `ranges` is the result of this term's `ranges`.
   */
  readonly logits: (batch: Batch, shapes: Values, ranges: Ranges) => Promise<Matrix>
  /** The same logits as a part of a graph. With it on every term, a classifier can be exported. */
  readonly graph?: GraphOf
}

/**
 * Logits before weighting, `result`, [n, C], as a part of a graph. It may read the values of a batch by these names:
 * `queries`, `spaceQueries`, `textSimilarities` and `affinities`. Values of hyperparameters and ranges are fixed.
 */
export type GraphOf = (cache: Cache, values: Values, ranges: Ranges) => Promise<Piece>

export interface Paper {
  readonly title: string
  readonly url: string
}

/** What every method declares. Any other field is an error when the plugin loads. */
interface MethodBase {
  /** Lower case, unique and stable: clients use it. */
  readonly id: string
  readonly name: string
  readonly aliases?: readonly string[]
  /** One or two sentences that help to choose a method. */
  readonly summary: string
  readonly paper?: Paper
  /** Its colour in plots and tables; without one, a colour by its id. */
  readonly color?: PlotColor
  /** The space that it compares images in by default; null if it compares none. */
  readonly space: string | null
  /** The spaces that it can be used in, `space` among them; all by default. */
  readonly spaces?: readonly string[]
  /** The id of the method that this one is a variant of, in another space. */
  readonly variantOf?: string
  /**
   * What it needs besides images and the text classifier: `prompts`, the text features of every prompt; `projected-texts`, a
   * space that texts can be projected to; or `patches`, the features of the queries' patches. It is there, or the user is told
   * that it is missing.
   */
  readonly needs?: readonly Need[]
  /**
   * Declares that the method decides for all queries together: it gets them all in one batch, however many they are. `alone`
   * is one sentence that says what it is for a single image.
   */
  readonly transductive?: { readonly alone: string }
  /**
   * In the order in which the search breaks ties: the first varies slowest. Their names are letters, digits, `_` and `-`. Where a
   * space has one of the same name, that of the space is called `SPACE.NAME`.
   */
  readonly hyperparameters: Readonly<Record<string, Hyperparameter>>
  /** Set by the registry, not by a plugin. */
  readonly origin?: Origin
}

/** A method that is a weighted sum of terms. */
export interface SumMethod extends MethodBase {
  readonly terms: readonly Term[]
  readonly score?: never
  readonly graph?: never
}

/** A method that is no such sum. It scores a batch itself, [n, C]; its grid is searched point by point. */
export interface ScoredMethod extends MethodBase {
  readonly score: (batch: Batch, values: Values) => Promise<Matrix>
  /** What `score` computes, as a part of a graph. With it, a classifier can be exported. */
  readonly graph?: GraphOf
  readonly usesTexts: boolean
  /** Its logits in TeX. */
  readonly formula?: string
  readonly terms?: never
}

export type Method = SumMethod | ScoredMethod

/** Declares a method. Throws INVALID_PLUGIN if a grid is invalid or its terms, hyperparameters and space do not match. */
export function defineMethod<M extends Method>(method: M): M {
  const reason = faultOfMethod(method)
  if (reason !== undefined) throw errors.invalidPlugin({ plugin: `method ${method.id}`, reason })
  return method
}

/** What is wrong with a declared method: a grid, or terms, hyperparameters and spaces that do not match; undefined if nothing is. */
export function faultOfMethod(method: Method): string | undefined {
  const { hyperparameters, space, spaces, needs = [] } = method
  const fault = faultOfGrids(hyperparameters) ?? faultOfTerms(method)
  if (fault !== undefined) return fault
  if (method.terms && method.terms.some((term) => term.usesKeys) !== (space !== null)) {
    return 'it must name a space if a term uses keys, and null if none does'
  }
  if (spaces && (space === null || !spaces.includes(space))) {
    return `its spaces, ${spaces.join(', ')}, must include its own, ${space}`
  }
  if (needs.includes('prompts') && !usesTexts(method)) {
    return 'it needs prompts, so that a term, or the method, must declare usesTexts'
  }
  if (needs.includes('projected-texts') && (space === null || !usesTexts(method))) {
    return 'it needs projected texts, so that it must name a space and declare usesTexts'
  }
  return undefined
}

function faultOfTerms({ terms = [], hyperparameters }: Method): string | undefined {
  const names = new Set<string>()
  for (const { name, weight, shapes } of terms) {
    if (names.has(name)) return `it has two terms named ${name}`
    names.add(name)
    if (weight !== null && hyperparameters[weight]?.kind !== 'weight') {
      return `its term ${name} is weighted by ${weight}, which it does not declare as a weight`
    }
    const shape = shapes.find((each) => hyperparameters[each]?.kind !== 'shape')
    if (shape !== undefined)
      return `its term ${name} depends on ${shape}, which it does not declare as a shape`
  }
  return undefined
}

/** What is wrong if a grid is not ascending or a default lies outside its grid; undefined if nothing is. */
export function faultOfGrids(hyperparameters: MethodBase['hyperparameters']): string | undefined {
  for (const [name, { grid, default: standard, whole }] of Object.entries(hyperparameters)) {
    const ascending = grid.every((value, i) => i === 0 || value > (grid[i - 1] as number))
    if (grid.length === 0 || !ascending || !grid.every(Number.isFinite)) {
      return `the grid of ${name} must be a list of ascending numbers`
    }
    const { min, max } = rangeOf({ grid })
    if (!(standard >= min && standard <= max)) {
      return `the default ${standard} of ${name} lies outside its grid, ${min} to ${max}`
    }
    const broken = whole ? [standard, ...grid].find((value) => !Number.isInteger(value)) : undefined
    if (broken !== undefined) return `${name} is declared as a whole number, and has the value ${broken}`
  }
  return undefined
}

type VariantChanges = Pick<MethodBase, 'id' | 'name' | 'summary'> &
  Partial<Pick<MethodBase, 'aliases' | 'paper' | 'color'>>

/** A method in another space, such as Tip-Adapter++, which is Tip-Adapter in `imo`. Throws as `defineMethod`. */
export function inSpace<M extends Method>(
  method: M,
  space: string,
  changes: VariantChanges,
): M extends SumMethod ? SumMethod : ScoredMethod
export function inSpace(method: Method, space: string, changes: VariantChanges): Method {
  if (method.space === null) {
    const reason = `it compares no images, so that it is the same in ${space}`
    throw errors.invalidPlugin({ plugin: `method ${method.id}`, reason })
  }
  const { color: _, ...shared } = method
  return defineMethod({ ...shared, aliases: [], variantOf: clipFormOf(method), ...changes, space })
}

/** Throws SPACE_NOT_APPLICABLE if the method cannot be used in the space. */
export function requireSpaceOf({ id, spaces }: Method, space: string): void {
  if (spaces && !spaces.includes(space)) throw errors.spaceNotOfMethod({ method: id, space, spaces }, 'space')
}

/** The id of the method that this one is a variant of, such as Tip-Adapter's for Tip-Adapter++; otherwise its own. */
export const clipFormOf = ({ id, variantOf }: Method): string => variantOf ?? id

type Declared = Omit<Hyperparameter, 'kind'>

/** A hyperparameter that multiplies a term. */
export const weight = (declared: Declared): Hyperparameter => ({ kind: 'weight', ...declared })

/** A hyperparameter that a term depends on in any other way. */
export const shape = (declared: Declared): Hyperparameter => ({ kind: 'shape', ...declared })

/** `steps` evenly spaced values from `from` to `to`, both included, as `numpy.linspace`. */
export function linspace(from: number, to: number, steps: number): number[] {
  const step = (to - from) / (steps - 1)
  return Array.from({ length: steps }, (_, i) => (i === steps - 1 ? to : from + i * step))
}

/** `steps` values from `from` to `to`, both included, in constant ratio, as `numpy.geomspace`. */
export const geomspace = (from: number, to: number, steps: number): number[] =>
  linspace(0, 1, steps).map((share) => (share === 1 ? to : from * (to / from) ** share))

/** The minimum and the maximum value of a hyperparameter. */
export const rangeOf = ({ grid }: Pick<Hyperparameter, 'grid'>): Range => ({
  min: grid[0] as number,
  max: grid[grid.length - 1] as number,
})

/** A method, a space, or a method in a space. */
export type Parametrised = Pick<MethodBase, 'id' | 'hyperparameters'>

/**
 * The hyperparameters of a method in a space: the space's and the method's. Where both have one of the same name, the space's
 * has the space's id before it: `whitened.lambda`.
 */
export const parametersIn = (method: Method, space: FeatureSpace): Parametrised => ({
  id: method.id,
  hyperparameters: {
    ...(method.space !== null &&
      Object.fromEntries(
        Object.entries(space.hyperparameters ?? {}).map(([name, declared]) => [
          nameIn(method, space, name),
          declared,
        ]),
      )),
    ...method.hyperparameters,
  },
})

/** Of the values of a method in a space, those of the space's own hyperparameters, by the names that the space gives them. */
export const spaceValuesIn = (method: Method, space: FeatureSpace, values: Values): Values =>
  Object.fromEntries(
    Object.keys(method.space === null ? {} : (space.hyperparameters ?? {})).flatMap((name) => {
      const value = values[nameIn(method, space, name)]
      return value === undefined ? [] : [[name, value]]
    }),
  )

const nameIn = ({ hyperparameters }: Method, { id }: FeatureSpace, name: string): string =>
  Object.hasOwn(hyperparameters, name) ? `${id}.${name}` : name

/** The default values of all hyperparameters. */
export const defaultsOf = ({ hyperparameters }: Pick<Parametrised, 'hyperparameters'>): Values =>
  Object.fromEntries(Object.entries(hyperparameters).map(([name, { default: value }]) => [name, value]))

/** Whether a method reads the text classifier, or other texts. */
export const usesTexts = (method: Method): boolean =>
  method.terms ? method.terms.some((term) => term.usesTexts) : method.usesTexts
