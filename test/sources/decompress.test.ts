import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { decompress } from '../../src/sources/decompress.js'

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))

const packings = ['bzip2', 'xz'] as const
const bombs = { bzip2: fixture('bomb.tar.bz2'), xz: fixture('bomb.tar.xz') }

test.each(packings)('%s is unpacked no further than it is read', async (packing) => {
  const stream = decompress(bombs[packing], packing)
  for await (const piece of stream) {
    expect(piece.length).toBeLessThanOrEqual(2 ** 18)
    expect(stream.readableLength).toBeLessThanOrEqual(2 ** 19)
    break
  }
  expect(stream.destroyed).toBe(true)
})

test.each(packings)('%s that holds its decoder for too long is an error', async (packing) => {
  const stream = decompress(bombs[packing], packing, { pauseAtMost: 1 })
  await expect(stream.toArray()).rejects.toThrow('it takes too long to unpack')
})

test('a file that is away is an error of the stream', async () => {
  await expect(decompress('/no/such/file', 'xz').toArray()).rejects.toThrow('ENOENT')
})
