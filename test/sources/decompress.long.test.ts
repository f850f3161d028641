import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { decompress } from '../../src/sources/decompress.js'

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))

const packings = ['bzip2', 'xz'] as const
const bombs = { bzip2: fixture('bomb.tar.bz2'), xz: fixture('bomb.tar.xz') }

test.each(packings)('%s is unpacked whole', async (packing) => {
  let bytes = 0
  for await (const piece of decompress(bombs[packing], packing)) bytes += piece.length
  // Nine files of 8 MiB, a header each, padded to whole records of a tar.
  expect(bytes).toBe(Math.ceil((9 * (2 ** 23 + 512) + 1024) / 10_240) * 10_240)
})
