import { errors } from '../../errors.js'
import { type Parametrised, rangeOf, type Values } from '../../methods/contract.js'

/** The points of a search: the product of the axes. The first axis varies slowest. */
export interface Grid {
  readonly axes: readonly Axis[]
  /** The number of points. */
  readonly points: number
}

export interface Axis {
  readonly name: string
  readonly kind: 'weight' | 'shape'
  /** Ascending. */
  readonly values: readonly number[]
  /** The distance between two neighbours on this axis in the list of points. */
  readonly stride: number
}

/** The maximum number of points. Beyond it their counts would take more than 400 MB. */
const maxPoints = 100_000_000

/**
 * The grid of a method, or of a space: its axes in declared order, some of them fixed to one value or narrowed to
 * other values. Throws UNKNOWN_HYPERPARAMETER, HYPERPARAMETER_OUT_OF_RANGE or INVALID_VALUE.
 */
export function gridOf(
  method: Parametrised,
  { fixed = {}, narrowed = {} }: { fixed?: Values; narrowed?: Readonly<Record<string, readonly number[]>> },
): Grid {
  const declared = Object.entries(method.hyperparameters)
  checkValues(method, fixed)
  for (const [name, values] of Object.entries(narrowed)) {
    if (values.length === 0) throw errors.emptyList({ what: `value of ${name}` })
    for (const value of values) checkValues(method, { [name]: value })
  }
  const lists = declared.map(([name, { kind, grid }]) => {
    const value = fixed[name]
    const list = value === undefined ? (narrowed[name] ?? grid) : [value]
    return { name, kind, values: [...new Set(list)].sort((a, b) => a - b) }
  })
  const points = lists.reduce((product, { values }) => product * values.length, 1)
  if (points > maxPoints) {
    throw errors.invalidValue({
      reason: `The grid of ${method.id} has ${points} points; the maximum is ${maxPoints}. Narrow it.`,
    })
  }
  let stride = points
  const axes = lists.map((list) => {
    stride /= list.values.length
    return { ...list, stride }
  })
  return { axes, points }
}

/** Throws UNKNOWN_HYPERPARAMETER or HYPERPARAMETER_OUT_OF_RANGE for values that the method does not accept. */
export function checkValues(method: Parametrised, values: Values): void {
  for (const [name, value] of Object.entries(values)) {
    // Own properties only: every object has names such as "constructor".
    const declared = Object.hasOwn(method.hyperparameters, name) ? method.hyperparameters[name] : undefined
    if (!declared) {
      const known = Object.keys(method.hyperparameters)
      throw errors.unknownHyperparameter({ name, method: method.id, known }, name)
    }
    const { min, max } = rangeOf(declared)
    if (!(value >= min && value <= max)) {
      throw errors.hyperparameterOutOfRange({ name, method: method.id, value, min, max }, name)
    }
    if (declared.whole && !Number.isInteger(value)) {
      throw errors.hyperparameterNotWhole({ name, method: method.id, value }, name)
    }
  }
}

/** The hyperparameter values at a point of the grid. */
export function valuesAt({ axes }: Grid, point: number): Values {
  return Object.fromEntries(
    axes.map(({ name, values, stride }) => [
      name,
      values[Math.floor(point / stride) % values.length] as number,
    ]),
  )
}

/** Every combination of values of some axes, with its start in the list of points. */
export function* combinations(axes: readonly Axis[]): Generator<{ values: Values; offset: number }> {
  const [axis, ...rest] = axes
  if (axis === undefined) {
    yield { values: {}, offset: 0 }
    return
  }
  for (const [i, value] of axis.values.entries()) {
    for (const { values, offset } of combinations(rest)) {
      yield { values: { [axis.name]: value, ...values }, offset: offset + i * axis.stride }
    }
  }
}
