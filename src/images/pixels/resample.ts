import { createYieldToEventLoop, type YieldToEventLoop } from '../../system/yield-to-event-loop.js'
import type { RgbImage } from '../decode.js'
import { type Contributions, contributions, type Filter } from './contributions.js'
import { type Normalisation, normalisePlanes } from './normalise-planes.js'
import { copyRowsIn, horizontalPass, type Rows, runPass, type ScratchRows, verticalPass } from './passes.js'
import { clearedScratchMemory, type ScratchMemory } from './scratch-memory.js'

/** A rectangle of an image, in whole pixels. */
export interface Region {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

export interface ResampleOptions {
  /** Bicubic by default. */
  readonly filter?: Filter
  /** The part of the resized image to compute; all of it by default. The rest costs nothing. */
  readonly window?: Region
}

/**
 * Resizes a region of an image to `width` × `height` and returns RGB bytes, row by row: [height, width, 3] of the window.
 * Every byte equals that of Pillow's antialiased filters. CLIP was trained on those, and other resizers differ enough to
 * change features. There are two passes, rounded to bytes in between: the horizontal one comes first, unless the region is
 * over a hundred times as tall as wide. Large images yield to the event loop.
 */
export function resample(
  image: RgbImage,
  region: Region,
  width: number,
  height: number,
  options: ResampleOptions = {},
): Promise<Uint8Array> {
  return resizeRegion(image, region, width, height, options, (memory, { position, rows, pitch }) =>
    memory.bytes(position, rows * pitch).slice(),
  )
}

/** As `resample`, but writes normalised planes to `pixels`: [3, height, width] of the window. */
export function resamplePlanes(
  image: RgbImage,
  region: Region,
  width: number,
  height: number,
  options: ResampleOptions & Normalisation,
  pixels: Float32Array,
): Promise<void> {
  return resizeRegion(image, region, width, height, options, (memory, { position }) =>
    normalisePlanes(memory, position, options, pixels),
  )
}

async function resizeRegion<T>(
  image: RgbImage,
  region: Region,
  width: number,
  height: number,
  { filter = 'bicubic', window = { left: 0, top: 0, width, height } }: ResampleOptions,
  finish: (memory: ScratchMemory, rows: ScratchRows) => T,
): Promise<T> {
  const horizontal = contributions(filter, region.width, width, window.left, window.width, region.left)
  const vertical = contributions(filter, region.height, height, window.top, window.height, region.top)
  const [top, bottom] = sourceRange(vertical, 0, window.height)
  const pitch = image.width * 3
  const source = { bytes: image.data.subarray(top * pitch, bottom * pitch), pitch }
  const ownVertical = part(vertical, 0, window.height, top)

  const isTall = region.height > 100 * region.width && height < region.height
  const intermediateBytes = isTall ? window.height * pitch : (bottom - top) * window.width * 3
  if (Math.max(source.bytes.length, intermediateBytes, window.width * window.height * 3) <= bandBytes) {
    // The intermediate rows stay in the kernels' memory, so they cost no garbage collection.
    const memory = clearedScratchMemory()
    const rows = copyRowsIn(memory, source)
    const result = isTall
      ? horizontalPass(memory, verticalPass(memory, rows, ownVertical), horizontal)
      : verticalPass(memory, horizontalPass(memory, rows, horizontal), ownVertical)
    return finish(memory, result)
  }
  const yieldToEventLoop = createYieldToEventLoop()
  const result = isTall
    ? await horizontalInBands(
        await verticalInBands(source, ownVertical, yieldToEventLoop),
        horizontal,
        yieldToEventLoop,
      )
    : await verticalInBands(
        await horizontalInBands(source, horizontal, yieldToEventLoop),
        ownVertical,
        yieldToEventLoop,
      )
  const memory = clearedScratchMemory()
  return finish(memory, copyRowsIn(memory, result))
}

/** The horizontal pass, a band of rows at a time. */
async function horizontalInBands(
  { bytes, pitch }: Rows,
  horizontal: Contributions,
  yieldToEventLoop: YieldToEventLoop,
): Promise<Rows> {
  const parts: Uint8Array[] = []
  for (const [from, to] of bands(bytes.length / pitch, pitch)) {
    const band = { bytes: bytes.subarray(from * pitch, to * pitch), pitch }
    parts.push(runPass(horizontalPass, band, horizontal).bytes)
    await yieldToEventLoop()
  }
  return { bytes: joinBands(parts), pitch: horizontal.first.length * 3 }
}

/** The vertical pass, a band of target rows at a time. */
async function verticalInBands(
  { bytes, pitch }: Rows,
  vertical: Contributions,
  yieldToEventLoop: YieldToEventLoop,
): Promise<Rows> {
  const height = vertical.first.length
  const parts: Uint8Array[] = []
  for (const [from, to] of bands(height, bytes.length / height)) {
    const [top, bottom] = sourceRange(vertical, from, to)
    const source = { bytes: bytes.subarray(top * pitch, bottom * pitch), pitch }
    parts.push(runPass(verticalPass, source, part(vertical, from, to, top)).bytes)
    await yieldToEventLoop()
  }
  return { bytes: joinBands(parts), pitch }
}

/** The bytes of source that a pass processes before it may yield: about two milliseconds of work. */
const bandBytes = 2 ** 20

/** Splits `rows` rows of `bytes` bytes each into bands of at most `bandBytes`, at least one row each. */
function* bands(rows: number, bytes: number): Generator<readonly [from: number, to: number]> {
  const height = Math.max(1, Math.floor(bandBytes / bytes))
  for (let from = 0; from < rows; from += height) yield [from, Math.min(from + height, rows)]
}

/** Joins bands into one array. A single band, the usual case, is not copied. */
function joinBands(bands: readonly Uint8Array[]): Uint8Array {
  const [first] = bands
  return first !== undefined && bands.length === 1 ? first : Buffer.concat(bands)
}

/** The source rows of target rows `from` to `to`: the first, and the one after the last. */
function sourceRange({ first, taps }: Contributions, from: number, to: number): readonly [number, number] {
  return [first[from] as number, (first[to - 1] as number) + (taps[to - 1] as number)]
}

/** The contributions of target rows `from` to `to`, with source rows counted from `origin`. */
function part({ first, taps, weights, stride }: Contributions, from: number, to: number, origin: number) {
  return {
    first: first.subarray(from, to).map((row) => row - origin),
    taps: taps.subarray(from, to),
    weights: weights.subarray(from * stride, to * stride),
    stride,
  }
}
