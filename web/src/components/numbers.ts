/** Parses typed whole numbers such as `1, 4 16`. Undefined if the text contains anything else. */
export function parseNumbers(text: string): number[] | undefined {
  const numbers = text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map(Number)
  return numbers.every(Number.isInteger) ? numbers : undefined
}
