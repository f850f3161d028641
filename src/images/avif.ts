import { find, textAt } from './boxes.js'
import { primaryProperties } from './primary-properties.js'

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/**
 * An animated AVIF names the brand of animations first, which the decoder refuses, though its still image is there. Returns a
 * copy that names the brand of still images first; other files are returned as they are.
 */
export function withStillBrand(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 12 || textAt(viewOf(bytes), 8) !== 'avis') return bytes
  const copy = Uint8Array.from(bytes)
  copy.set(Buffer.from('avif'), 8)
  return copy
}

/**
 * Whether an AVIF is grey with black at 16 and white at 235 (ISO/IEC 23091-2, limited range). The decoder expands the range of
 * colours, but not that of grey.
 */
export function hasLimitedGrey(bytes: Uint8Array): boolean {
  try {
    const own = primaryProperties(bytes)
    if (own === undefined) return false
    const codec = find(own, 'av1C')
    const colour = own.find(({ type, content }) => type === 'colr' && textAt(content, 0) === 'nclx')?.content
    // Bit 4 of the third byte: monochrome. The first bit of the last byte of the colours: full range.
    const isGrey = codec !== undefined && (codec.getUint8(2) & 0x10) !== 0
    return isGrey && colour !== undefined && (colour.getUint8(10) & 0x80) === 0
  } catch (error) {
    // A box that ends too early. The decoder will say so.
    if (error instanceof RangeError) return false
    throw error
  }
}
