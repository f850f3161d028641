/** A colour as red, green and blue. */
export type Rgb = readonly [number, number, number]

/**
 * The colour that the palette of a GIF has under the transparency of its first frame; undefined if the frame has none. The
 * decoder gives black there.
 */
export function transparentColour(bytes: Uint8Array): Rgb | undefined {
  const tableBytes = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0)
  const screenFlags = bytes[10] ?? 0
  let table = 13
  let at = table + tableBytes(screenFlags)
  let transparent: number | undefined
  while (at < bytes.length) {
    const block = bytes[at]
    if (block === 0x21) {
      // A graphic control extension: its flags say whether there is a transparent colour.
      if (bytes[at + 1] === 0xf9) transparent = (bytes[at + 3] ?? 0) & 1 ? bytes[at + 6] : undefined
      at += 2
      while (at < bytes.length && bytes[at] !== 0) at += 1 + (bytes[at] as number)
      at += 1
    } else if (block === 0x2c) {
      // The first frame, which may have a palette of its own.
      if (tableBytes(bytes[at + 9] ?? 0) > 0) table = at + 10
      break
    } else break
  }
  if (transparent === undefined) return undefined
  const [red, green, blue] = bytes.subarray(table + 3 * transparent, table + 3 * transparent + 3)
  return red === undefined || green === undefined || blue === undefined ? undefined : [red, green, blue]
}
