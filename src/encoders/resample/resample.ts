import { breather } from '../../breathe.js'
import type { RgbImage } from '../image.js'
import { type Contributions, contributions, type Filter } from './contributions.js'
import { resampleAcross, resampleDown } from './passes.js'

/** A rectangle of an image, in whole pixels. */
export interface Region {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/**
 * A region of an image, resized as Pillow does with its antialiased filters, to the byte: what CLIP was trained on, and what the
 * resizers of image libraries differ from enough to move features. Separable, the horizontal pass first, rounded to
 * bytes between the passes (Pillow turns them round where a region is over a hundred times as tall as it is wide; this
 * does not). Gives way to other work while it runs. Returns RGB bytes, row by row.
 *
 * Of the resized image only `window` is computed: the square in the middle of a panorama costs no more than a square.
 */
export async function resample(
  image: RgbImage,
  region: Region,
  width: number,
  height: number,
  {
    filter = 'bicubic',
    window = { left: 0, top: 0, width, height },
  }: { readonly filter?: Filter; readonly window?: Region } = {},
): Promise<Uint8Array> {
  const breathe = breather()
  const across = contributions(filter, region.width, width, window.left, window.width, region.left)
  const down = contributions(filter, region.height, height, window.top, window.height, region.top)

  const [top, bottom] = reach(down, 0, window.height)
  const pitch = image.width * 3
  const narrowPitch = window.width * 3
  const narrow = new Uint8Array((bottom - top) * narrowPitch)
  for (const [from, to] of bands(top, bottom, pitch)) {
    const rows = { bytes: image.data.subarray(from * pitch, to * pitch), pitch }
    narrow.set(resampleAcross(rows, across), (from - top) * narrowPitch)
    await breathe()
  }

  const result = new Uint8Array(window.height * narrowPitch)
  for (const [from, to] of bands(0, window.height, ((bottom - top) / window.height) * narrowPitch)) {
    const [first, end] = reach(down, from, to)
    const rows = {
      bytes: narrow.subarray((first - top) * narrowPitch, (end - top) * narrowPitch),
      pitch: narrowPitch,
    }
    result.set(resampleDown(rows, part(down, from, to, first)), from * narrowPitch)
    await breathe()
  }
  return result
}

/** How many bytes of source a pass works on before others get their turn: about two milliseconds' work. */
const bandBytes = 2 ** 20

/** The rows from `from` to `to` in bands, each of at most bandBytes where a row has `bytes` of them. */
function* bands(from: number, to: number, bytes: number): Generator<readonly [from: number, to: number]> {
  const height = Math.max(1, Math.floor(bandBytes / bytes))
  for (let row = from; row < to; row += height) yield [row, Math.min(row + height, to)]
}

/** The first source row that target rows `from` to `to` are made of, and the one after the last. */
function reach({ first, taps }: Contributions, from: number, to: number): readonly [number, number] {
  return [first[from] as number, (first[to - 1] as number) + (taps[to - 1] as number)]
}

/** The contributions to target rows `from` to `to`, of source rows counted from `origin`. */
function part({ first, taps, weights, stride }: Contributions, from: number, to: number, origin: number) {
  return {
    first: first.subarray(from, to).map((row) => row - origin),
    taps: taps.subarray(from, to),
    weights: weights.subarray(from * stride, to * stride),
    stride,
  }
}
