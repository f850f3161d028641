/** Whole numbers as one types them, `1, 4 16`; undefined where something else stands between. */
export function parseNumbers(text: string): number[] | undefined {
  const numbers = text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map(Number)
  return numbers.every(Number.isInteger) ? numbers : undefined
}
