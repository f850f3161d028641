import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { init } from '@jsquash/jxl/decode.js'
import { boxesIn } from '../boxes.js'
import { copyOf, type FormatDecoder, viewOf } from './rgba-image.js'

let opened: ReturnType<typeof init> | undefined

/** The module is loaded with the first image: it takes memory, and few images need it. */
async function open(): ReturnType<typeof init> {
  const wasm = createRequire(import.meta.url).resolve('@jsquash/jxl/codec/dec/jxl_dec.wasm')
  const wasmBinary = await readFile(wasm)
  opened ??= init({ wasmBinary, print: () => {}, printErr: () => {} })
  return opened
}

/** JPEG XL (.jxl), by libjxl, in sRGB and turned upright. */
export const jpegXl: FormatDecoder = {
  memoryPerPixel: 40,
  sizeOf(bytes) {
    const read = bitReader(codestreamOf(bytes))
    const size = readSize(read)
    // Metadata follows, and starts with the orientation, if it has any (ISO/IEC 18181-1, D.2 and D.3).
    const isDefault = read(1) === 1
    const hasExtra = !isDefault && read(1) === 1
    const orientation = hasExtra ? read(3) + 1 : 1
    return orientation >= 5 ? { width: size.height, height: size.width } : size
  },
  async decode(bytes) {
    const image = (await open()).decode(copyOf(bytes))
    if (image === null) throw new Error('it is broken or ends too early')
    const { width, height, data } = image
    return { width, height, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }
  },
}

/** The first bytes of the image, without the boxes around it. */
function codestreamOf(bytes: Uint8Array): DataView {
  if (bytes[0] === 0xff) return viewOf(bytes.subarray(2))
  for (const { type, content } of boxesIn(viewOf(bytes))) {
    // A part starts with its number.
    const start = type === 'jxlc' ? 0 : type === 'jxlp' ? 4 : undefined
    if (start !== undefined)
      return new DataView(content.buffer, content.byteOffset + start + 2, content.byteLength - start - 2)
  }
  throw new Error('it has no pixels')
}

type Read = (bits: number) => number

/** Reads whole numbers from the lowest bit of each byte on. */
function bitReader(view: DataView): Read {
  let at = 0
  return (bits) => {
    let value = 0
    for (let i = 0; i < bits; i++, at++) value += ((view.getUint8(at >> 3) >> (at & 7)) & 1) * 2 ** i
    return value
  }
}

/** The width for a height, by the ratio that the header names. */
const ratios = [0, 1, 12 / 10, 4 / 3, 3 / 2, 16 / 9, 5 / 4, 2] as const

function readSize(read: Read): { width: number; height: number } {
  const isSmall = read(1) === 1
  const side = (): number => (isSmall ? 8 * (read(5) + 1) : read([9, 13, 18, 30][read(2)] as number) + 1)
  const height = side()
  const ratio = ratios[read(3)] as number
  return { height, width: ratio === 0 ? side() : Math.floor(height * ratio + 1e-9) }
}
