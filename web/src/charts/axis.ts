/** A number on an axis: as many decimals as it needs, at most two. */
export const axisNumber = (value: number): string => String(Number(value.toFixed(2))).replace('-', '−')

/** The least that an axis spans, so that equal values do not fill it with digits. */
const leastSpan = 2

/** The ends of an axis that holds these values: at least two units apart, and within 0 to 100 if the values are. */
export function roomFor(low: number, high: number): [number, number] {
  const missing = Math.max(0, leastSpan - (high - low))
  const within = low >= 0 && high <= 100
  const top = high + missing / 2
  const end = within ? Math.min(100, top) : top
  const start = low - missing / 2 - (top - end)
  return [within ? Math.max(0, start) : start, end]
}
