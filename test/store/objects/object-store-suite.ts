import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { ObjectStore, StoredObject } from '../../../src/store/objects/object-store.js'

/** What every object store must do. `open` opens one, which need not be empty. */
export function testObjectStore(
  title: string,
  open: () => Promise<ObjectStore>,
  options: { readonly skip?: boolean } = {},
): void {
  const text = (bytes: Buffer | undefined) => bytes?.toString()
  /** Keys of a test's own. */
  const folder = () => `runs/${randomUUID()}/`

  describe.skipIf(options.skip)(`objects: ${title}`, () => {
    test('come back as they were put, under keys with any characters', async () => {
      const objects = await open()
      for (const name of ['plain.bin', 'a b+c.bin', 'é世.bin', 'a%2Fb', 'deep/er/file']) {
        const key = folder() + name
        await objects.put(key, Buffer.from(name))
        expect(text(await objects.get(key))).toBe(name)
        expect(
          (await listed(objects, key.slice(0, key.indexOf('/', 5) + 1))).map((each) => each.key),
        ).toEqual([key])
      }
    })

    test('may be empty', async () => {
      const objects = await open()
      const key = `${folder()}empty`
      await objects.put(key, Buffer.alloc(0))
      expect(await objects.get(key)).toEqual(Buffer.alloc(0))
    })

    test('are replaced as a whole', async () => {
      const objects = await open()
      const key = `${folder()}key`
      await objects.put(key, Buffer.from('a long content'))
      await objects.put(key, Buffer.from('short'))
      expect(text(await objects.get(key))).toBe('short')
    })

    test('that do not exist are undefined, and deleting them does nothing', async () => {
      const objects = await open()
      const key = `${folder()}nothing`
      expect(await objects.get(key)).toBeUndefined()
      expect(await objects.range(key, 0, 4)).toBeUndefined()
      await objects.delete([key])
    })

    test('are deleted', async () => {
      const objects = await open()
      const own = folder()
      for (const name of ['a', 'b', 'c']) await objects.put(own + name, Buffer.from(name))
      await objects.delete([`${own}a`, `${own}c`, `${own}d`])
      expect(await objects.get(`${own}a`)).toBeUndefined()
      expect((await listed(objects, own)).map(({ key }) => key)).toEqual([`${own}b`])
    })

    test('give any range of their bytes, and none past their end', async () => {
      const objects = await open()
      const key = `${folder()}key`
      await objects.put(key, Buffer.from('0123456789'))
      expect(text(await objects.range(key, 2, 3))).toBe('234')
      expect(text(await objects.range(key, 8, 10))).toBe('89')
      expect(await objects.range(key, 10, 4)).toEqual(Buffer.alloc(0))
      expect(await objects.range(key, 0, 0)).toEqual(Buffer.alloc(0))
    })

    test('are listed with their sizes and ages, those below the prefix alone', async () => {
      const objects = await open()
      const own = folder()
      const before = Date.now() - 60_000
      await objects.put(`${own}in/a`, Buffer.from('12'))
      await objects.put(`${own}in/b/c`, Buffer.from('345'))
      await objects.put(`${own}inside`, Buffer.from('6'))
      const found = await listed(objects, `${own}in/`)
      expect(found).toMatchObject([
        { key: `${own}in/a`, bytes: 2 },
        { key: `${own}in/b/c`, bytes: 3 },
      ])
      for (const { modified } of found) expect(modified.getTime()).toBeGreaterThan(before)
      expect(await listed(objects, `${own}none/`)).toEqual([])
    })

    test('may come in pieces of any size', async () => {
      const objects = await open()
      const key = `${folder()}pieces`
      await objects.put(key, pieces(['a', '', 'bc', 'def']))
      expect(text(await objects.get(key))).toBe('abcdef')
    })

    test('larger than one part come in many pieces', async () => {
      const objects = await open()
      const key = `${folder()}large`
      const piece = Buffer.alloc(5 * 2 ** 20 + 1, 'x')
      await objects.put(key, pieces([piece, piece, piece, piece, 'end']))
      expect((await listed(objects, key.slice(0, -'large'.length)))[0]?.bytes).toBe(4 * piece.length + 3)
      expect(text(await objects.range(key, 4 * piece.length - 2, 10))).toBe('xxend')
      await objects.delete([key])
    })

    test.each([1, 4])('whose content fails after %i pieces are not stored', async (count) => {
      const objects = await open()
      const own = folder()
      async function* failing() {
        for (let i = 0; i < count; i++) yield Buffer.alloc(5 * 2 ** 20, 'x')
        throw new Error('the sender is gone')
      }
      await objects.put(`${own}key`, Buffer.from('before'))
      await expect(objects.put(`${own}key`, failing())).rejects.toThrow('the sender is gone')
      await expect(objects.put(`${own}new`, failing())).rejects.toThrow('the sender is gone')
      expect(text(await objects.get(`${own}key`))).toBe('before')
      expect((await listed(objects, own)).map(({ key }) => key)).toEqual([`${own}key`])
    })
  })
}

async function listed(objects: ObjectStore, prefix: string): Promise<StoredObject[]> {
  const found: StoredObject[] = []
  for await (const object of objects.list(prefix)) found.push(object)
  return found.sort((a, b) => (a.key < b.key ? -1 : 1))
}

async function* pieces(parts: readonly (string | Buffer)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part)
}
