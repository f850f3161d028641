/** A box of the ISO base media format. */
interface Box {
  readonly type: string
  readonly content: DataView
}

/** The boxes in some bytes, up to the first that is broken. */
function boxesIn(content: DataView, from = 0): Box[] {
  const boxes: Box[] = []
  for (let at = from; at + 8 <= content.byteLength; ) {
    const short = content.getUint32(at)
    const isLong = short === 1 && at + 16 <= content.byteLength
    const rest = content.byteLength - at
    const length = isLong ? Number(content.getBigUint64(at + 8)) : short === 0 ? rest : short
    const header = isLong ? 16 : 8
    if (length < header || length > rest) break
    const inside = new DataView(content.buffer, content.byteOffset + at + header, length - header)
    boxes.push({ type: textAt(content, at + 4), content: inside })
    at += length
  }
  return boxes
}

const textAt = (content: DataView, at: number): string =>
  String.fromCharCode(...[0, 1, 2, 3].map((i) => content.getUint8(at + i)))

const find = (boxes: readonly Box[], type: string): DataView | undefined =>
  boxes.find((box) => box.type === type)?.content

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
    const meta = find(boxesIn(viewOf(bytes)), 'meta')
    if (meta === undefined) return false
    // The version and flags come first.
    const boxes = boxesIn(meta, 4)
    const [primary, properties] = [find(boxes, 'pitm'), find(boxes, 'iprp')]
    if (primary === undefined || properties === undefined) return false
    const parts = boxesIn(properties)
    const [all, associations] = [find(parts, 'ipco'), find(parts, 'ipma')]
    if (all === undefined || associations === undefined) return false
    const item = primary.getUint8(0) === 0 ? primary.getUint16(4) : primary.getUint32(4)
    const indices = propertiesOf(associations, item)
    const own = boxesIn(all).filter((_, i) => indices.includes(i + 1))
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

/** The indices, from 1, of the properties of an item. */
function propertiesOf(associations: DataView, wanted: number): number[] {
  const [hasLongIds, hasLongIndices] = [associations.getUint8(0) > 0, (associations.getUint8(3) & 1) === 1]
  const items = associations.getUint32(4)
  let at = 8
  for (let i = 0; i < items; i++) {
    const item = hasLongIds ? associations.getUint32(at) : associations.getUint16(at)
    at += hasLongIds ? 4 : 2
    const count = associations.getUint8(at++)
    const indices: number[] = []
    for (let k = 0; k < count; k++) {
      indices.push(hasLongIndices ? associations.getUint16(at) & 0x7fff : associations.getUint8(at) & 0x7f)
      at += hasLongIndices ? 2 : 1
    }
    if (item === wanted) return indices
  }
  return []
}
