import { type Random, seeded } from '../system/random.js'
import type { Tensor } from '../tensor/runtime.js'

/** A trainable array. Training changes its values in place. */
export interface Parameter {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** Trainable arrays by name. */
export type Parameters = ReadonlyMap<string, Parameter>

/** An array of zeros. */
export const zeros = (shape: readonly number[]): Parameter => ({
  shape,
  data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
})

/** Values drawn uniformly from [−bound, bound). */
export function uniform(shape: readonly number[], bound: number, ...seed: (string | number)[]): Parameter {
  const random = seeded(...seed)
  const { data } = zeros(shape)
  return { shape, data: data.map(() => bound * (2 * random.next() - 1)) }
}

/** Values drawn from a normal distribution of mean 0. */
export function normal(shape: readonly number[], deviation: number, ...seed: (string | number)[]): Parameter {
  const random = seeded(...seed)
  const { data } = zeros(shape)
  return { shape, data: data.map(() => deviation * gaussian(random)) }
}

/** One draw from the standard normal distribution, by the Box-Muller transform. */
function gaussian(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()))
  return radius * Math.cos(2 * Math.PI * random.next())
}

/** Parameters as inputs of a session. */
export const toFeeds = (parameters: Parameters): Record<string, Tensor> =>
  Object.fromEntries(
    [...parameters].map(([name, { shape, data }]) => [name, { type: 'float32', dims: shape, data }]),
  )
