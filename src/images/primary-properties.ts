import { type Box, boxesIn, find } from './boxes.js'

/**
 * The properties of the image that a file of the ISO base media format names first (ISO/IEC 23008-12), such as its size;
 * undefined if it names none. Throws RangeError for a box that ends too early.
 */
export function primaryProperties(bytes: Uint8Array): Box[] | undefined {
  const meta = find(boxesIn(viewOf(bytes)), 'meta')
  if (meta === undefined) return undefined
  // The version and flags come first.
  const boxes = boxesIn(meta, 4)
  const [primary, properties] = [find(boxes, 'pitm'), find(boxes, 'iprp')]
  if (primary === undefined || properties === undefined) return undefined
  const parts = boxesIn(properties)
  const [all, associations] = [find(parts, 'ipco'), find(parts, 'ipma')]
  if (all === undefined || associations === undefined) return undefined
  const item = primary.getUint8(0) === 0 ? primary.getUint16(4) : primary.getUint32(4)
  const indices = propertiesOf(associations, item)
  return boxesIn(all).filter((_, i) => indices.includes(i + 1))
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

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
