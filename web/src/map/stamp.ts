import type { Places } from './points'

/** A disc: how much of each of `side` × `side` pixels it covers, from 0 to 255. */
export interface Stamp {
  readonly side: number
  readonly coverage: Uint8Array
}

/** A disc of a radius in pixels, with a soft edge. */
export function discOf(radius: number): Stamp {
  const side = 2 * Math.ceil(radius) + 1
  const middle = (side - 1) / 2
  const coverage = Uint8Array.from({ length: side * side }, (_, i) => {
    const distance = Math.hypot((i % side) - middle, Math.floor(i / side) - middle)
    return Math.round(255 * Math.min(1, Math.max(0, radius + 0.5 - distance)))
  })
  return { side, coverage }
}

/** Red, green and blue, from 0 to 255, as a pixel in an image of a canvas: little-endian RGBA. */
export const pixelOf = (red: number, green: number, blue: number): number =>
  ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0

/**
 * Draws points as discs into the pixels of an image: 10,000 of them take a few milliseconds on one core, without a graphics card.
 * `places` are in pixels, `colors` are of each point, and `order` says which points are drawn, the last of them in front.
 */
export function stampPoints(
  pixels: Uint32Array,
  width: number,
  height: number,
  places: Places,
  colors: Uint32Array,
  order: Uint32Array,
  { side, coverage }: Stamp,
): void {
  const half = (side - 1) / 2
  for (const i of order) {
    const left = Math.round(places[2 * i] as number) - half
    const top = Math.round(places[2 * i + 1] as number) - half
    if (left < 0 || top < 0 || left + side > width || top + side > height) continue
    const color = colors[i] as number
    for (let y = 0, k = 0; y < side; y++) {
      let at = (top + y) * width + left
      for (let x = 0; x < side; x++, k++, at++) {
        const covered = coverage[k] as number
        if (covered === 255) pixels[at] = color
        else if (covered > 0) pixels[at] = mixed(pixels[at] as number, color, covered)
      }
    }
  }
}

/** Two pixels mixed, with `share` of 255 parts of the second. */
function mixed(a: number, b: number, share: number): number {
  const rest = 255 - share
  const red = ((a & 255) * rest + (b & 255) * share) / 255
  const green = (((a >>> 8) & 255) * rest + ((b >>> 8) & 255) * share) / 255
  const blue = (((a >>> 16) & 255) * rest + ((b >>> 16) & 255) * share) / 255
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0
}
