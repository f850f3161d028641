import { type Parameters, zeros } from './parameters.js'

export interface AdamWOptions {
  /** The weights' decay per step is this times the learning rate. It does not depend on the gradient. */
  readonly weightDecay: number
  readonly beta1?: number
  readonly beta2?: number
  readonly epsilon?: number
}

/** The optimizer's state: moving averages of past gradients and of their squares. */
export interface Moments {
  /** The number of steps so far. */
  steps: number
  readonly first: Parameters
  readonly second: Parameters
}

/** The state before the first step. */
export const noMoments = (parameters: Parameters): Moments => ({
  steps: 0,
  first: new Map([...parameters].map(([name, { shape }]) => [name, zeros(shape)])),
  second: new Map([...parameters].map(([name, { shape }]) => [name, zeros(shape)])),
})

/**
 * One step of AdamW (Loshchilov and Hutter, arXiv 1711.05101, algorithm 2). Updates `parameters` and `moments` in place.
 * `gradientOf` returns the gradient by a parameter, in the parameter's shape.
 */
export function adamW(
  parameters: Parameters,
  gradientOf: (name: string) => Float32Array,
  moments: Moments,
  rate: number,
  { weightDecay, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamWOptions,
): void {
  moments.steps += 1
  const firstBias = 1 - beta1 ** moments.steps
  const secondBias = Math.sqrt(1 - beta2 ** moments.steps)
  for (const [name, { data }] of parameters) {
    const gradient = gradientOf(name)
    const first = (moments.first.get(name) as { data: Float32Array }).data
    const second = (moments.second.get(name) as { data: Float32Array }).data
    for (let i = 0; i < data.length; i++) {
      const g = gradient[i] as number
      const m = beta1 * (first[i] as number) + (1 - beta1) * g
      const v = beta2 * (second[i] as number) + (1 - beta2) * g * g
      first[i] = m
      second[i] = v
      const decayed = (data[i] as number) * (1 - rate * weightDecay)
      data[i] = decayed - ((rate / firstBias) * m) / (Math.sqrt(v) / secondBias + epsilon)
    }
  }
}
