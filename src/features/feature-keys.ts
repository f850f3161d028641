/** A key in a shard's `keys.bin`: the image's SHA-256, and the checksum of its row. */
export const hashBytes = 32
export const keyBytes = hashBytes + 4
