/** A box of the ISO base media format. */
export interface Box {
  readonly type: string
  readonly content: DataView
}

/** The boxes in some bytes, up to the first that is broken. */
export function boxesIn(content: DataView, from = 0): Box[] {
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

export const textAt = (content: DataView, at: number): string =>
  String.fromCharCode(...[0, 1, 2, 3].map((i) => content.getUint8(at + i)))

export const find = (boxes: readonly Box[], type: string): DataView | undefined =>
  boxes.find((box) => box.type === type)?.content
