/** Tags of the first image of a TIFF (TIFF 6.0, section 8). */
const tags = { compression: 259, photometric: 262 } as const

const jpegCompressions: readonly number[] = [6, 7]

/** Colours that the decoder takes for others, by the number of a photometric interpretation. */
const unread: Readonly<Record<number, string>> = {
  6: 'YCbCr without JPEG compression',
  8: 'CIE Lab',
  9: 'ICC Lab',
  10: 'ITU Lab',
  32844: 'LogL',
  32845: 'LogLuv',
}

/** The colours of a TIFF that are not read, by their name; undefined for those that are, and for a header that is broken. */
export function unreadTiffColours(bytes: Uint8Array): string | undefined {
  const values = valuesOf(bytes)
  const photometric = values.get(tags.photometric) ?? 0
  if (photometric === 6 && jpegCompressions.includes(values.get(tags.compression) ?? 1)) return undefined
  return unread[photometric]
}

/** The first number of each tag that has short ones, in a TIFF or a BigTIFF. */
function valuesOf(bytes: Uint8Array): ReadonlyMap<number, number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const values = new Map<number, number>()
  try {
    const littleEndian = view.getUint16(0) === 0x4949
    const isBig = view.getUint16(2, littleEndian) === 43
    const offsetAt = (at: number): number =>
      isBig ? Number(view.getBigUint64(at, littleEndian)) : view.getUint32(at, littleEndian)
    const directory = offsetAt(isBig ? 8 : 4)
    const [countBytes, entryBytes, valueAt] = isBig ? [8, 20, 12] : [2, 12, 8]
    const entries = isBig ? offsetAt(directory) : view.getUint16(directory, littleEndian)
    for (let i = 0; i < entries; i++) {
      const entry = directory + countBytes + entryBytes * i
      values.set(view.getUint16(entry, littleEndian), view.getUint16(entry + valueAt, littleEndian))
    }
  } catch (error) {
    // It ends too early. The decoder will say so.
    if (!(error instanceof RangeError)) throw error
  }
  return values
}
