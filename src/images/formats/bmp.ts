import { type FormatDecoder, viewOf } from './rgba-image.js'

interface Header {
  readonly width: number
  readonly height: number
  /** Whether the first row is the upper one. */
  readonly isTopDown: boolean
  readonly bits: number
  readonly packing: number
  /** Where the colours of the palette start, how many there are, and the bytes of each. */
  readonly palette: { readonly at: number; readonly count: number; readonly bytes: number }
  /** Where the bits of red, green, blue and alpha are in a pixel. */
  readonly masks: readonly [number, number, number, number]
  readonly pixelsAt: number
}

const packings = { none: 0, runs8: 1, runs4: 2, masks: 3, alphaMasks: 6 } as const
const isMasked = (packing: number): boolean => packing === packings.masks || packing === packings.alphaMasks
/** The header of OS/2, which is shorter and has smaller numbers. */
const os2Header = 12
/** The header has a mask for alpha from here on. */
const headerWithAlpha = 56
const defaultMasks: Readonly<Record<number, readonly [number, number, number, number]>> = {
  16: [0x7c00, 0x03e0, 0x001f, 0],
  32: [0xff0000, 0x00ff00, 0x0000ff, 0],
}

/**
 * Windows bitmaps (.bmp) of 1, 4, 8, 16, 24 or 32 bits a pixel, also packed by run lengths. Only those with a mask for alpha are
 * transparent. The packages that were tried, bmp-ts and fast-bmp, misread palettes or do not read the half of these.
 */
export const bmp: FormatDecoder = {
  memoryPerPixel: 12,
  sizeOf: (bytes) => readHeader(bytes),
  async decode(bytes) {
    const header = readHeader(bytes)
    const { width, height, bits, packing } = header
    const colour = bits <= 8 ? ofPalette(bytes, header) : ofMasks(header)
    const data = new Uint8Array(width * height * 4)
    const pixel =
      packing === packings.runs8 || packing === packings.runs4
        ? unpacked(bytes, header)
        : pixelReader(bytes, header)
    for (let row = 0; row < height; row++) {
      const y = header.isTopDown ? row : height - 1 - row
      for (let x = 0, to = 4 * y * width; x < width; x++, to += 4) colour(pixel(x, row), data, to)
    }
    return { width, height, data }
  },
}

function readHeader(bytes: Uint8Array): Header {
  const view = viewOf(bytes)
  const size = view.getUint32(14, true)
  const isOs2 = size === os2Header
  const [width, height] = isOs2
    ? [view.getUint16(18, true), view.getInt16(20, true)]
    : [view.getInt32(18, true), view.getInt32(22, true)]
  const bits = view.getUint16(isOs2 ? 24 : 28, true)
  const packing = isOs2 ? packings.none : view.getUint32(30, true)
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw new Error(`it has ${bits} bits a pixel, which is not read`)
  const fits = packing === packings.runs8 ? bits === 8 : packing === packings.runs4 ? bits === 4 : true
  if (!(fits && (Object.values(packings) as number[]).includes(packing))) {
    throw new Error('it is packed in a way that is not read')
  }
  const hasMasks = isMasked(packing) && bits >= 16
  const maskAt = (i: number): number => view.getUint32(54 + 4 * i, true)
  const hasAlpha = size >= headerWithAlpha || packing === packings.alphaMasks
  const masks = hasMasks
    ? ([maskAt(0), maskAt(1), maskAt(2), hasAlpha ? maskAt(3) : 0] as const)
    : (defaultMasks[bits] ?? [0, 0, 0, 0])
  const afterMasks = hasMasks && size < headerWithAlpha ? (packing === packings.alphaMasks ? 16 : 12) : 0
  const count = isOs2 ? 2 ** bits : view.getUint32(46, true) || 2 ** bits
  return {
    ...{ width, height: Math.abs(height), isTopDown: height < 0, bits, packing, masks },
    palette: { at: 14 + size + afterMasks, count: Math.min(count, 256), bytes: isOs2 ? 3 : 4 },
    pixelsAt: view.getUint32(10, true),
  }
}

/** Writes the colour of a pixel's value at a place. */
type Colour = (value: number, into: Uint8Array, to: number) => void

function ofPalette(bytes: Uint8Array, { palette }: Header): Colour {
  return (value, into, to) => {
    const at = palette.at + value * palette.bytes
    if (value >= palette.count) throw new Error('it has a colour that its palette has not')
    // They stand as blue, green and red.
    for (let c = 0; c < 3; c++) into[to + c] = bytes[at + 2 - c] ?? 0
    into[to + 3] = 255
  }
}

function ofMasks({ bits, masks }: Header): Colour {
  if (bits === 24) {
    return (value, into, to) => {
      for (const [c, shift] of [16, 8, 0].entries()) into[to + c] = (value >>> shift) & 255
      into[to + 3] = 255
    }
  }
  const channels = masks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask)
    return { mask, shift, most: mask >>> shift }
  })
  return (value, into, to) => {
    for (const [c, { mask, shift, most }] of channels.entries()) {
      into[to + c] = most === 0 ? (c === 3 ? 255 : 0) : Math.floor((((value & mask) >>> shift) * 255) / most)
    }
  }
}

/** The value of a pixel, by its column and its row in the file. */
type Pixel = (x: number, row: number) => number

function pixelReader(bytes: Uint8Array, { width, height, bits, pixelsAt }: Header): Pixel {
  const row = Math.ceil((width * bits) / 32) * 4
  if (pixelsAt + row * height > bytes.length) throw new Error('it ends too early')
  const size = bits >> 3
  return (x, y) => {
    const from = pixelsAt + y * row
    if (bits < 8) {
      const [bit, mask] = [x * bits, 2 ** bits - 1]
      return ((bytes[from + (bit >> 3)] ?? 0) >> (8 - bits - (bit & 7))) & mask
    }
    let value = 0
    for (let i = size - 1; i >= 0; i--) value = value * 256 + (bytes[from + x * size + i] ?? 0)
    return value
  }
}

/** The pixels of a bitmap that is packed by run lengths. What no run reaches has the first colour. */
function unpacked(bytes: Uint8Array, { width, height, bits, pixelsAt }: Header): Pixel {
  const values = new Uint8Array(width * height)
  let [at, x, y] = [pixelsAt, 0, 0]
  const next = (): number => {
    const byte = bytes[at++]
    if (byte === undefined) throw new Error('it ends too early')
    return byte
  }
  const put = (value: number): void => {
    if (x < width && y < height) values[y * width + x] = value
    x++
  }
  /** The value of the pixel that comes at this place in a run of bytes of one or two pixels. */
  const valueIn = (byte: number, i: number): number =>
    bits === 8 ? byte : i % 2 === 0 ? byte >> 4 : byte & 15
  for (;;) {
    const [count, value] = [next(), next()]
    if (count > 0) for (let i = 0; i < count; i++) put(valueIn(value, i))
    else if (value === 0) [x, y] = [0, y + 1]
    else if (value === 1) break
    else if (value === 2) [x, y] = [x + next(), y + next()]
    else {
      const from = at
      for (let i = 0, byte = 0; i < value; i++) {
        if (bits === 8 || i % 2 === 0) byte = next()
        put(valueIn(byte, i))
      }
      // Runs end at even places.
      if ((at - from) % 2 === 1) at++
    }
    if (y > height) break
  }
  return (column, row) => values[row * width + column] ?? 0
}
