/** The learning rate of each step, counted from 0. */
export type Schedule = (step: number) => number

export const constant =
  (rate: number): Schedule =>
  () =>
    rate

/** Rises linearly from 0 over `warmUp` steps, then falls along half a cosine to `minRate` at step `steps`. */
export function warmUpThenCosine(options: {
  readonly rate: number
  readonly minRate: number
  readonly warmUp: number
  readonly steps: number
}): Schedule {
  const { rate, minRate, warmUp, steps } = options
  return (step) => {
    if (step < warmUp) return (rate * step) / warmUp
    const share = (step - warmUp) / Math.max(1, steps - warmUp)
    return minRate + ((rate - minRate) * (1 + Math.cos(Math.PI * share))) / 2
  }
}
