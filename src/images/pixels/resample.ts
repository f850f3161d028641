import { createYieldToEventLoop, type YieldToEventLoop } from '../../system/yield-to-event-loop.js'
import type { RgbImage } from '../decode.js'
import { type Contributions, contributions, type Filter } from './contributions.js'
import { type Scratch, scratch } from './kernels.js'
import { across, alone, down, type PlacedRows, placed, type Rows } from './passes.js'
import { type Normalisation, planes } from './planes.js'

/** A rectangle of an image, in whole pixels. */
export interface Region {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

export interface ResampleOptions {
  /** Bicubic unless told. */
  readonly filter?: Filter
  /** Of the resized image only this is computed: the square in the middle of a panorama costs no more than a square. */
  readonly window?: Region
}

/**
 * A region of an image, resized as Pillow does with its antialiased filters, to the byte: what CLIP was trained on, and what the
 * resizers of image libraries differ from enough to move features. Separable, rounded to bytes between the passes: the
 * horizontal one first, but for a region that is over a hundred times as tall as it is wide. Gives way to other work
 * while it runs. Returns RGB bytes, row by row.
 */
export function resample(
  image: RgbImage,
  region: Region,
  width: number,
  height: number,
  options: ResampleOptions = {},
): Promise<Uint8Array> {
  return resized(image, region, width, height, options, (memory, { place, rows, pitch }) =>
    memory.bytes(place, rows * pitch).slice(),
  )
}

/** The same as normalised planes, [3, height, width] of the window, written to `pixels`. */
export function resamplePlanes(
  image: RgbImage,
  region: Region,
  width: number,
  height: number,
  options: ResampleOptions & Normalisation,
  pixels: Float32Array,
): Promise<void> {
  return resized(image, region, width, height, options, (memory, { place }) =>
    planes(memory, place, options, pixels),
  )
}

async function resized<T>(
  image: RgbImage,
  region: Region,
  width: number,
  height: number,
  { filter = 'bicubic', window = { left: 0, top: 0, width, height } }: ResampleOptions,
  finish: (memory: Scratch, rows: PlacedRows) => T,
): Promise<T> {
  const horizontal = contributions(filter, region.width, width, window.left, window.width, region.left)
  const vertical = contributions(filter, region.height, height, window.top, window.height, region.top)
  const [top, bottom] = reach(vertical, 0, window.height)
  const pitch = image.width * 3
  const source = { bytes: image.data.subarray(top * pitch, bottom * pitch), pitch }
  const within = part(vertical, 0, window.height, top)

  const isTall = region.height > 100 * region.width && height < region.height
  const between = isTall ? window.height * pitch : (bottom - top) * window.width * 3
  if (Math.max(source.bytes.length, between, window.width * window.height * 3) <= bandBytes) {
    // Nothing leaves the kernels' memory in between: what is thrown away there costs the garbage collector nothing.
    const memory = scratch()
    const rows = placed(memory, source)
    const result = isTall
      ? across(memory, down(memory, rows, within), horizontal)
      : down(memory, across(memory, rows, horizontal), within)
    return finish(memory, result)
  }
  const yieldToEventLoop = createYieldToEventLoop()
  const result = isTall
    ? await inBandsAcross(await inBandsDown(source, within, yieldToEventLoop), horizontal, yieldToEventLoop)
    : await inBandsDown(await inBandsAcross(source, horizontal, yieldToEventLoop), within, yieldToEventLoop)
  const memory = scratch()
  return finish(memory, placed(memory, result))
}

/** The horizontal pass, a band of rows at a time. */
async function inBandsAcross(
  { bytes, pitch }: Rows,
  horizontal: Contributions,
  yieldToEventLoop: YieldToEventLoop,
): Promise<Rows> {
  const parts: Uint8Array[] = []
  for (const [from, to] of bands(bytes.length / pitch, pitch)) {
    const band = { bytes: bytes.subarray(from * pitch, to * pitch), pitch }
    parts.push(alone(across, band, horizontal).bytes)
    await yieldToEventLoop()
  }
  return { bytes: joined(parts), pitch: horizontal.first.length * 3 }
}

/** The vertical pass, a band of target rows at a time. */
async function inBandsDown(
  { bytes, pitch }: Rows,
  vertical: Contributions,
  yieldToEventLoop: YieldToEventLoop,
): Promise<Rows> {
  const height = vertical.first.length
  const parts: Uint8Array[] = []
  for (const [from, to] of bands(height, bytes.length / height)) {
    const [top, bottom] = reach(vertical, from, to)
    const source = { bytes: bytes.subarray(top * pitch, bottom * pitch), pitch }
    parts.push(alone(down, source, part(vertical, from, to, top)).bytes)
    await yieldToEventLoop()
  }
  return { bytes: joined(parts), pitch }
}

/** How many bytes of source a pass works on before others get their turn: about two milliseconds' work. */
const bandBytes = 2 ** 20

/** `rows` rows in bands, each of at most bandBytes where a row has `bytes` of them. */
function* bands(rows: number, bytes: number): Generator<readonly [from: number, to: number]> {
  const height = Math.max(1, Math.floor(bandBytes / bytes))
  for (let from = 0; from < rows; from += height) yield [from, Math.min(from + height, rows)]
}

/** Bands one below the other. Most images are a single one, which need not be copied. */
function joined(bands: readonly Uint8Array[]): Uint8Array {
  const [first] = bands
  return first !== undefined && bands.length === 1 ? first : Buffer.concat(bands)
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
