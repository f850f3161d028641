import { type FormatDecoder, viewOf } from './rgba-image.js'

const headerBytes = 18
/** The kinds of images: by a palette, by colours, or grey; and the same packed by run lengths. */
const kinds: Readonly<Record<number, 'palette' | 'colours' | 'grey'>> = {
  1: 'palette',
  2: 'colours',
  3: 'grey',
  9: 'palette',
  10: 'colours',
  11: 'grey',
}
const depths = { palette: [8], colours: [15, 16, 24, 32], grey: [8] } as const

/**
 * Whether a file starts like a Targa. The format has no signature, so every field of its header must make sense. Used after all
 * other formats.
 */
export function isTarga(start: Uint8Array): boolean {
  if (start.length < headerBytes) return false
  const view = viewOf(start)
  const [paletteType, kind] = [view.getUint8(1), kinds[view.getUint8(2)]]
  if (kind === undefined || paletteType > 1 || (kind === 'palette') !== (paletteType === 1)) return false
  const [entries, entryBits] = [view.getUint16(5, true), view.getUint8(7)]
  const hasPalette = entries > 0 && [15, 16, 24, 32].includes(entryBits)
  if (paletteType === 1 ? !hasPalette : view.getUint16(3, true) + entries + entryBits > 0) return false
  const [width, height] = [view.getUint16(12, true), view.getUint16(14, true)]
  const isDepth = (depths[kind] as readonly number[]).includes(view.getUint8(16))
  // The two upper bits are not used, and alpha has at most 8.
  return (
    isDepth && width > 0 && height > 0 && (view.getUint8(17) & 0xc0) === 0 && (view.getUint8(17) & 15) <= 8
  )
}

/** Truevision Targa (.tga) of 8 to 32 bits a pixel. No package was found that is well kept and small. */
export const targa: FormatDecoder = {
  memoryPerPixel: 12,
  sizeOf(bytes) {
    const view = viewOf(bytes)
    return { width: view.getUint16(12, true), height: view.getUint16(14, true) }
  },
  async decode(bytes) {
    const view = viewOf(bytes)
    const { width, height } = targa.sizeOf(bytes)
    const type = view.getUint8(2)
    const kind = kinds[type]
    const bits = view.getUint8(16)
    const size = Math.ceil(bits / 8)
    const [first, entries, entryBits] = [view.getUint16(3, true), view.getUint16(5, true), view.getUint8(7)]
    const paletteAt = headerBytes + view.getUint8(0)
    const entrySize = Math.ceil(entryBits / 8)
    const samplesAt = paletteAt + entries * entrySize
    const samples = type >= 9 ? unpacked(bytes, samplesAt, width * height, size) : bytes.subarray(samplesAt)
    if (samples.length < width * height * size) throw new Error('it ends too early')

    const descriptor = view.getUint8(17)
    const hasAlpha = (descriptor & 15) > 0
    const [isFromRight, isFromTop] = [(descriptor & 0x10) !== 0, (descriptor & 0x20) !== 0]
    const data = new Uint8Array(width * height * 4)
    for (let y = 0, from = 0; y < height; y++) {
      for (let x = 0; x < width; x++, from += size) {
        const column = isFromRight ? width - 1 - x : x
        const to = 4 * ((isFromTop ? y : height - 1 - y) * width + column)
        if (kind === 'palette') {
          const index = (samples[from] ?? 0) - first
          if (index < 0 || index >= entries) throw new Error('it has a colour that its palette has not')
          colourAt(bytes, paletteAt + index * entrySize, entryBits, entryBits === 32, data, to)
        } else if (kind === 'grey') {
          data.fill(samples[from] ?? 0, to, to + 3)
          data[to + 3] = 255
        } else colourAt(samples, from, bits, hasAlpha, data, to)
      }
    }
    return { width, height, data }
  },
}

/** Writes the colour at a place, which stands as blue, green and red. */
function colourAt(
  bytes: Uint8Array,
  from: number,
  bits: number,
  hasAlpha: boolean,
  into: Uint8Array,
  to: number,
): void {
  if (bits > 16) {
    for (let c = 0; c < 3; c++) into[to + c] = bytes[from + 2 - c] ?? 0
    into[to + 3] = bits === 32 && hasAlpha ? (bytes[from + 3] ?? 0) : 255
    return
  }
  const value = (bytes[from] ?? 0) + 256 * (bytes[from + 1] ?? 0)
  for (const [c, shift] of [10, 5, 0].entries())
    into[to + c] = Math.floor((((value >> shift) & 31) * 255) / 31)
  into[to + 3] = 255
}

/** Samples that are packed by run lengths. */
function unpacked(bytes: Uint8Array, from: number, count: number, size: number): Uint8Array {
  const samples = new Uint8Array(count * size)
  let at = from
  for (let to = 0; to < samples.length; ) {
    const head = bytes[at++]
    if (head === undefined) throw new Error('it ends too early')
    const length = Math.min(((head & 127) + 1) * size, samples.length - to)
    const isRun = head >= 128
    const packed = bytes.subarray(at, at + (isRun ? size : length))
    if (packed.length < (isRun ? size : length)) throw new Error('it ends too early')
    for (let i = 0; i < length; i++) samples[to + i] = packed[isRun ? i % size : i] ?? 0
    to += length
    at += packed.length
  }
  return samples
}
