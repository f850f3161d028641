/** The learning rate of every step, counted from 0. */
export type Schedule = (step: number) => number

export const constant =
  (rate: number): Schedule =>
  () =>
    rate

/** Rises evenly from 0 over the warm-up, then falls along half a cosine to `least` at the last of `steps`. */
export function warmUpThenCosine(options: {
  readonly rate: number
  readonly least: number
  readonly warmUp: number
  readonly steps: number
}): Schedule {
  const { rate, least, warmUp, steps } = options
  return (step) => {
    if (step < warmUp) return (rate * step) / warmUp
    const share = (step - warmUp) / Math.max(1, steps - warmUp)
    return least + ((rate - least) * (1 + Math.cos(Math.PI * share))) / 2
  }
}
