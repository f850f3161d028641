import type { FormatDecoder, RgbaImage } from './rgba-image.js'

interface Header {
  /** P1 to P3 are texts, P4 to P6 are bytes: bits, grey, colours. */
  readonly kind: number
  readonly width: number
  readonly height: number
  /** The value of white. */
  readonly most: number
  /** Where the samples start. */
  readonly at: number
}

const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d)

/**
 * Portable bit-, grey- and pixmaps (.pbm, .pgm, .ppm), P1 to P6, as netpbm's pages describe them. No well-kept package reads
 * them, and they are little more than their samples.
 */
export const netpbm: FormatDecoder = {
  memoryPerPixel: 8,
  sizeOf: (bytes) => readHeader(bytes),
  async decode(bytes) {
    const header = readHeader(bytes)
    const channels = header.kind % 3 === 0 ? 3 : 1
    const samples = samplesOf(bytes, header, header.width * header.height * channels)
    return spread(samples, channels, header)
  },
}

function readHeader(bytes: Uint8Array): Header {
  const kind = (bytes[1] ?? 0) - 0x30
  const reader = tokens(bytes, 2)
  const [width, height] = [reader.next(), reader.next()]
  // Bits have no value of white.
  const most = kind % 3 === 1 ? 1 : reader.next()
  if (most < 1 || most > 65_535) throw new Error(`its value of white is ${most}`)
  // One space ends the header.
  return { kind, width, height, most, at: reader.at() + 1 }
}

/** Reads whole numbers, with spaces and comments between them. */
function tokens(bytes: Uint8Array, from: number) {
  let at = from
  return {
    at: () => at,
    next(): number {
      for (;;) {
        if (bytes[at] === 0x23) while (at < bytes.length && bytes[at] !== 0x0a) at++
        else if (isSpace(bytes[at])) at++
        else break
      }
      const start = at
      while (at < bytes.length && (bytes[at] ?? 0) >= 0x30 && (bytes[at] ?? 0) <= 0x39 && at - start < 10)
        at++
      if (at === start)
        throw new Error(at >= bytes.length ? 'it ends too early' : 'it has no number where one must be')
      return Number(Buffer.from(bytes.subarray(start, at)).toString('latin1'))
    },
  }
}

/** The samples, from 0 to 255. */
function samplesOf(bytes: Uint8Array, { kind, width, height, most, at }: Header, count: number): Uint8Array {
  const samples = new Uint8Array(count)
  const scaled = (value: number): number => Math.min(255, Math.round((value * 255) / most))
  if (kind === 4) {
    const row = Math.ceil(width / 8)
    if (at + row * height > bytes.length) throw new Error('it ends too early')
    for (let y = 0, to = 0; y < height; y++) {
      // 1 is black.
      for (let x = 0; x < width; x++, to++) {
        samples[to] = ((bytes[at + y * row + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1 ? 0 : 255
      }
    }
    return samples
  }
  if (kind > 4) {
    const size = most > 255 ? 2 : 1
    if (at + count * size > bytes.length) throw new Error('it ends too early')
    for (let i = 0, from = at; i < count; i++, from += size) {
      const high = bytes[from] ?? 0
      samples[i] = scaled(size === 1 ? high : high * 256 + (bytes[from + 1] ?? 0))
    }
    return samples
  }
  if (kind === 1) {
    // Bits may stand without spaces between them.
    let from = at - 1
    for (let i = 0; i < count; from++) {
      const digit = bytes[from]
      if (digit === undefined) throw new Error('it ends too early')
      if (digit === 0x23) while (from < bytes.length && bytes[from] !== 0x0a) from++
      else if (digit === 0x30 || digit === 0x31) samples[i++] = digit === 0x31 ? 0 : 255
      else if (!isSpace(digit)) throw new Error('it has a bit that is neither 0 nor 1')
    }
    return samples
  }
  const reader = tokens(bytes, at - 1)
  for (let i = 0; i < count; i++) samples[i] = scaled(reader.next())
  return samples
}

function spread(samples: Uint8Array, channels: number, { width, height }: Header): RgbaImage {
  const data = new Uint8Array(width * height * 4).fill(255)
  for (let from = 0, to = 0; to < data.length; to += 4, from += channels) {
    for (let c = 0; c < 3; c++) data[to + c] = samples[from + (channels === 3 ? c : 0)] ?? 0
  }
  return { width, height, data }
}
