/** The mean of some values; 0 of none. */
export const meanOf = (values: ArrayLike<number>): number =>
  values.length === 0 ? 0 : sumOf(values, (value) => value) / values.length

/** The variance of a sample (n − 1); 0 for one value. */
export function varianceOf(values: ArrayLike<number>): number {
  const mean = meanOf(values)
  return values.length < 2 ? 0 : sumOf(values, (value) => (value - mean) ** 2) / (values.length - 1)
}

function sumOf(values: ArrayLike<number>, term: (value: number) => number): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += term(values[i] as number)
  return sum
}
