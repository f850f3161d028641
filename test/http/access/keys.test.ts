import { expect, test } from 'vitest'
import { createKey, createKeyring } from '../../../src/http/access/keys.js'
import { readSettings } from '../../../src/settings/settings.js'

test('a key opens what its entry says, and nothing else does', () => {
  const [read, write] = [createKey('read'), createKey('write')]
  const ring = createKeyring([read.entry, write.entry])
  expect(ring.grantOf(read.key)?.access).toBe('read')
  expect(ring.grantOf(write.key)?.access).toBe('write')
  expect(ring.grantOf(write.key)?.keyHash).toBe(write.entry.split(':')[1])
  for (const wrong of ['', read.entry, read.key.slice(0, -1), `${write.key} `, createKey('write').key]) {
    expect(ring.grantOf(wrong)).toBeUndefined()
  }
})

test('a key that has both entries opens both', () => {
  const { key, entry } = createKey('write')
  expect(createKeyring([entry.replace('write', 'read'), entry]).grantOf(key)?.access).toBe('write')
})

test('keys are long and never the same, and their entries are settings', () => {
  const keys = Array.from({ length: 20 }, () => createKey('read'))
  expect(new Set(keys.map(({ key }) => key)).size).toBe(20)
  for (const { key, entry } of keys) {
    expect(key).toMatch(/^shotboard_[\w-]{43}$/)
    expect(entry).not.toContain(key)
  }
  const entries = keys.map(({ entry }) => entry)
  expect(readSettings({ SHOTBOARD_API_KEYS: entries.join(', ') }).apiKeys).toEqual(entries)
})

test('a key in place of its hash is a mistake that does not repeat it', () => {
  const { key } = createKey('read')
  const read = () => readSettings({ SHOTBOARD_API_KEYS: `read:${key}` })
  expect(read).toThrow(/SHOTBOARD_API_KEYS=…: must be read: or write: and a SHA-256/)
  expect(read).not.toThrow(new RegExp(key))
})
