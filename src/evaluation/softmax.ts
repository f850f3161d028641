/** `softmax(logits/temperature)` of a row of logits, in double precision. */
export function softmax(logits: ArrayLike<number>, temperature = 1): Float64Array {
  let greatest = Number.NEGATIVE_INFINITY
  for (let c = 0; c < logits.length; c++) greatest = Math.max(greatest, logits[c] as number)
  const result = Float64Array.from(logits, (logit) => Math.exp((logit - greatest) / temperature))
  const sum = result.reduce((total, value) => total + value, 0)
  return result.map((value) => value / sum)
}
