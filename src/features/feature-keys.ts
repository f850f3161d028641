/** The length of an image's SHA-256. */
export const hashBytes = 32
/** The length of a record in a shard's `keys.bin`: the image's SHA-256 and the CRC-32 of its row. */
export const keyBytes = hashBytes + 4
