const blockBytes = 512

/** The files of a tar by their names, without their folders. The bytes are views of the given ones. */
export function readTar(bytes: Uint8Array): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  const text = (from: number, length: number) =>
    new TextDecoder().decode(bytes.subarray(from, from + length)).replace(/\0.*$/s, '')
  for (let at = 0; at + blockBytes <= bytes.length && bytes[at] !== 0; ) {
    const [path, size] = [text(at, 100), Number.parseInt(text(at + 124, 12), 8)]
    const from = at + blockBytes
    if (!Number.isSafeInteger(size) || from + size > bytes.length)
      throw new Error('The download is not whole.')
    files.set(path.split('/').at(-1) ?? path, bytes.subarray(from, from + size))
    at = from + Math.ceil(size / blockBytes) * blockBytes
  }
  return files
}
