import { createRequire } from 'node:module'
import { boxesIn, find } from '../boxes.js'
import { type FormatDecoder, type RgbaImage, viewOf } from './rgba-image.js'

/** The part of OpenJPEG's build that is used. */
interface OpenJpeg {
  readonly J2KDecoder: new () => {
    getEncodedBuffer(length: number): Uint8Array
    getDecodedBuffer(): Uint8Array
    decode(): void
    getFrameInfo(): {
      readonly width: number
      readonly height: number
      readonly bitsPerSample: number
      readonly componentCount: number
      readonly isSigned: boolean
    }
    delete(): void
  }
}

let opened: Promise<OpenJpeg> | undefined

/** The module is loaded with the first image: it takes memory, and few images need it. */
function openJpeg(): Promise<OpenJpeg> {
  opened ??= load()
  return opened
}

function load(): Promise<OpenJpeg> {
  const require = createRequire(import.meta.url)
  const wasm = require.resolve('@cornerstonejs/codec-openjpeg/decodewasm')
  const start = require('@cornerstonejs/codec-openjpeg/decodewasmjs') as (
    options: object,
  ) => Promise<OpenJpeg>
  return start({ locateFile: () => wasm, print: () => {}, printErr: () => {} })
}

/** JPEG 2000 (.jp2, .j2k), by OpenJPEG. */
export const jpeg2000: FormatDecoder = {
  memoryPerPixel: 40,
  sizeOf(bytes) {
    const stream = codestreamOf(bytes)
    // The marker SIZ comes first: the size of the grid, and where the image starts on it (ISO/IEC 15444-1, A.5.1).
    if (stream.getUint16(2) !== 0xff51) throw new Error('its header is broken')
    const channels = stream.getUint16(40)
    if (channels !== 1 && channels !== 3) {
      throw new Error(`it has ${channels} channels of colour, which is not read`)
    }
    return {
      width: stream.getUint32(8) - stream.getUint32(16),
      height: stream.getUint32(12) - stream.getUint32(20),
    }
  },
  async decode(bytes) {
    const decoder = new (await openJpeg()).J2KDecoder()
    try {
      decoder.getEncodedBuffer(bytes.length).set(bytes)
      decodeOrThrow(decoder)
      const { width, height, bitsPerSample, componentCount, isSigned } = decoder.getFrameInfo()
      if (isSigned) throw new Error('its samples are signed numbers')
      return spread(decoder.getDecodedBuffer(), { width, height }, componentCount, bitsPerSample)
    } finally {
      decoder.delete()
    }
  },
}

/** An error of the decoder is thrown as a number. */
function decodeOrThrow(decoder: { decode(): void }): void {
  try {
    decoder.decode()
  } catch (error) {
    throw error instanceof Error ? error : new Error('it is broken or ends too early')
  }
}

function codestreamOf(bytes: Uint8Array): DataView {
  if (bytes[0] === 0xff) return viewOf(bytes)
  const stream = find(boxesIn(viewOf(bytes)), 'jp2c')
  if (stream === undefined) throw new Error('it has no pixels')
  return stream
}

/** Grey or colours, of any number of bits, as RGBA. */
function spread(
  samples: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
  channels: number,
  bits: number,
): RgbaImage {
  const size = bits > 8 ? 2 : 1
  if (samples.length < width * height * channels * size) throw new Error('it ends too early')
  const sample = (i: number): number =>
    size === 1
      ? bits === 8
        ? (samples[i] ?? 0)
        : Math.round(((samples[i] ?? 0) * 255) / (2 ** bits - 1))
      : ((samples[2 * i] ?? 0) + 256 * (samples[2 * i + 1] ?? 0)) >> (bits - 8)
  const data = new Uint8Array(width * height * 4).fill(255)
  for (let from = 0, to = 0; to < data.length; to += 4, from += channels) {
    for (let c = 0; c < 3; c++) data[to + c] = sample(from + (channels === 3 ? c : 0))
  }
  return { width, height, data }
}
