/**
 * How many components the pixels of a JPEG have, by its frame header: 1 for grey, 3 for colours, 4 for inks; undefined
 * where there is no such header. To ask libvips costs a tenth of what decoding does.
 */
export function jpegComponents(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.byteLength < 2 || view.getUint16(0) !== 0xffd8) return undefined
  for (let at = 2; at + 10 <= view.byteLength; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at)
    if (marker < 0xffc0) return undefined
    const isFrame = marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker)
    if (isFrame) return view.getUint8(at + 9)
  }
  return undefined
}
