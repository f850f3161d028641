export const tarHeaderBytes = 512

/** Where a header has its checksum. */
const checksum = { from: 148, to: 156 }

/**
 * Whether a file that starts with these bytes is a tar. Old ones have no signature, so the checksum of the first header
 * decides: the sum of its bytes, with spaces in place of the checksum.
 */
export function isTarHeader(bytes: Uint8Array): boolean {
  if (bytes.length < tarHeaderBytes || bytes[0] === 0) return false
  const text = Buffer.from(bytes.subarray(checksum.from, checksum.to)).toString('latin1')
  const sum = bytes.reduce(
    (sum, byte, at) => sum + (at >= checksum.from && at < checksum.to ? 0x20 : byte),
    0,
  )
  return Number.parseInt(text.replace(/[\0 ]/g, ''), 8) === sum
}
