/**
 * Resizes a square table of vectors, [from², width] → [to², width]: bicubic (a = −0.75) between the centres of the cells,
 * with the edge repeated, as PyTorch's `interpolate(mode='bicubic')`. CLIP's position embeddings are resized this way.
 */
export function interpolateSquare(
  table: Float32Array,
  from: number,
  to: number,
  width: number,
): Float32Array {
  const taps = Array.from({ length: to }, (_, i) => tapsAt((i + 0.5) * (from / to) - 0.5, from))
  const result = new Float32Array(to * to * width)
  for (let row = 0; row < to; row++) {
    for (let column = 0; column < to; column++) {
      const target = (row * to + column) * width
      for (const { index: y, weight: vertical } of taps[row] ?? []) {
        for (const { index: x, weight: horizontal } of taps[column] ?? []) {
          const weight = vertical * horizontal
          const source = (y * from + x) * width
          for (let k = 0; k < width; k++) {
            result[target + k] = (result[target + k] as number) + weight * (table[source + k] as number)
          }
        }
      }
    }
  }
  return result
}

/** The four cells around a position, with their weights. */
function tapsAt(position: number, size: number): { index: number; weight: number }[] {
  const first = Math.floor(position) - 1
  return [0, 1, 2, 3].map((tap) => ({
    index: Math.min(size - 1, Math.max(0, first + tap)),
    weight: cubic(Math.abs(position - (first + tap))),
  }))
}

/** Keys' cubic convolution with a = −0.75. */
function cubic(distance: number): number {
  const a = -0.75
  if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1
  if (distance < 2) return a * (((distance - 5) * distance + 8) * distance - 4)
  return 0
}
