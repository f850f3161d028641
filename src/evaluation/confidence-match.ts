import type { Matrix } from '../tensor/matrix.js'

/** The mean over images of the probability of the predicted class, softmax(logits/temperature). */
export function meanConfidence({ rows, columns, data }: Matrix, temperature: number): number {
  let sum = 0
  for (let i = 0; i < rows; i++) {
    const from = i * columns
    let greatest = Number.NEGATIVE_INFINITY
    for (let c = 0; c < columns; c++) greatest = Math.max(greatest, data[from + c] as number)
    let weights = 0
    for (let c = 0; c < columns; c++) {
      weights += Math.exp(((data[from + c] as number) - greatest) / temperature)
    }
    sum += 1 / weights
  }
  return sum / rows
}

/** The temperature from `low` to `high` at which logits, [m, C], have this mean confidence; an end if none has. */
export function matchConfidence(
  logits: Matrix,
  confidence: number,
  { low, high }: { readonly low: number; readonly high: number },
): number {
  let [from, to] = [low, high]
  for (let step = 0; step < 60 && to / from > 1 + 1e-6; step++) {
    const middle = Math.sqrt(from * to)
    // The confidence falls as the temperature grows.
    if (meanConfidence(logits, middle) > confidence) from = middle
    else to = middle
  }
  return Math.sqrt(from * to)
}
