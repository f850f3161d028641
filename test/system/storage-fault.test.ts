import { expect, test } from 'vitest'
import { isStorageFault, withReadErrors, withWriteErrors } from '../../src/system/storage-fault.js'

const failing = (code: string) => async (): Promise<never> => {
  throw Object.assign(new Error(`${code}: it fails, open '/srv/secret'`), { code })
}

test.each([
  ['reading', 'EMFILE', 'STORAGE_FAILED', 'Could not read an image: too many files are open.'],
  ['reading', 'EIO', 'STORAGE_FAILED', 'Could not read an image: the device reports an error.'],
  ['writing', 'ENOSPC', 'DISK_FULL', 'The disk is full: could not write an image.'],
  [
    'writing',
    'ENAMETOOLONG',
    'STORAGE_FAILED',
    'Could not write an image: its name is too long for the file system.',
  ],
  ['writing', 'EBUSY', 'STORAGE_FAILED', 'Could not write an image: it is in use.'],
  ['writing', 'EROFS', 'STORAGE_FAILED', 'Could not write an image: the file system is read-only.'],
] as const)(
  '%s that fails with %s is a storage fault, whose message names no path',
  async (how, system, code, message) => {
    const onDisk = { reading: withReadErrors, writing: withWriteErrors }[how]
    const fault: unknown = await onDisk('an image', failing(system)).catch((error: unknown) => error)
    expect(fault).toMatchObject({ code, message })
    expect(isStorageFault(fault)).toBe(true)
  },
)

test('a missing file is not a storage fault', async () => {
  const error: unknown = await withReadErrors('an image', failing('ENOENT')).catch((error: unknown) => error)
  expect(error).toMatchObject({ code: 'ENOENT' })
  expect(isStorageFault(error)).toBe(false)
})
