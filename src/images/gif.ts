/** A colour as red, green and blue. */
export type Rgb = readonly [number, number, number]

/** Where the first frame of a GIF lies on its screen. */
export interface GifFrame {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  /**
   * The colour where the frame is transparent or does not reach: that of the palette, as in Pillow. The decoder gives black
   * there. Undefined without a palette.
   */
  readonly background: Rgb | undefined
}

/** The first frame of a GIF; undefined if the file has none. */
export function firstFrame(bytes: Uint8Array): GifFrame | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const tableBytes = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0)
  let table = 13
  let at = table + tableBytes(bytes[10] ?? 0)
  let transparent = 0
  // Extensions come first. A graphic control extension says which colour is transparent.
  while (bytes[at] === 0x21) {
    if (bytes[at + 1] === 0xf9) transparent = (bytes[at + 3] ?? 0) & 1 ? (bytes[at + 6] ?? 0) : 0
    at += 2
    while (at < bytes.length && bytes[at] !== 0) at += 1 + (bytes[at] as number)
    at += 1
  }
  if (bytes[at] !== 0x2c || at + 10 > bytes.length) return undefined
  // It may have a palette of its own.
  if (tableBytes(bytes[at + 9] ?? 0) > 0) table = at + 10
  const [red, green, blue] = bytes.subarray(table + 3 * transparent, table + 3 * transparent + 3)
  const isThere = red !== undefined && green !== undefined && blue !== undefined
  const [left, top, width, height] = [1, 3, 5, 7].map((offset) => view.getUint16(at + offset, true)) as [
    number,
    number,
    number,
    number,
  ]
  return { left, top, width, height, background: isThere ? [red, green, blue] : undefined }
}
