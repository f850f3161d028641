import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readSettings } from '../src/settings.js'

test('nothing needs to be set', () => {
  const dataDirectory = resolve('.shotboard')
  expect(readSettings({})).toEqual({
    port: 4000,
    host: '127.0.0.1',
    dataDirectory,
    databaseUrl: `file:${join(dataDirectory, 'shotboard.db')}`,
    modelsDirectory: fileURLToPath(new URL('../models', import.meta.url)),
    encoder: 'mini-clip',
    plugins: [],
    demo: true,
    maxRequestMegabytes: 64,
    maxMegapixels: 64,
    logLevel: 'warn',
  })
})

test('everything can be set', () => {
  expect(
    readSettings({
      PORT: '0',
      HOST: '0.0.0.0',
      SHOTBOARD_DATA_DIR: 'here/../there',
      DATABASE_URL: 'postgresql://me@somewhere/shotboard',
      SHOTBOARD_MODELS_DIR: '/models',
      SHOTBOARD_ENCODER: 'other',
      SHOTBOARD_PLUGINS: ' ./a.mjs,, some-package ,',
      SHOTBOARD_DEMO: 'off',
      SHOTBOARD_MAX_REQUEST_MB: '1',
      SHOTBOARD_MAX_MEGAPIXELS: '100',
      SHOTBOARD_LOG_LEVEL: 'silent',
      SOMETHING_ELSE: 'is not looked at',
    }),
  ).toEqual({
    port: 0,
    host: '0.0.0.0',
    dataDirectory: resolve('there'),
    databaseUrl: 'postgresql://me@somewhere/shotboard',
    modelsDirectory: '/models',
    encoder: 'other',
    plugins: ['./a.mjs', 'some-package'],
    demo: false,
    maxRequestMegabytes: 1,
    maxMegapixels: 100,
    logLevel: 'silent',
  })
})

test('every mistake is listed at once, with its variable and its value', () => {
  const wrong = {
    PORT: '65536',
    HOST: '',
    SHOTBOARD_DATA_DIR: '',
    SHOTBOARD_DEMO: 'maybe',
    SHOTBOARD_MAX_REQUEST_MB: 'much',
    SHOTBOARD_MAX_MEGAPIXELS: '1.5',
    SHOTBOARD_LOG_LEVEL: 'loud',
  }
  const read = () => readSettings({ ...wrong, SHOTBOARD_ENCODER: 'mini-clip' })
  expect(read).toThrow(expect.objectContaining({ code: 'INVALID_SETTINGS' }))
  const lines = messageOf(read).split('\n').slice(1)
  expect(lines.map((line) => line.replace(/: .*/, '').trim())).toEqual(
    Object.entries(wrong).map(([name, value]) => `- ${name}=${value}`),
  )
})

test.each([
  ['PORT', ['', ' ', '-1', 'http', '4e9', '80.5']],
  ['DATABASE_URL', ['', 'file:', 'mysql://there', 'postgresql://', './shotboard.db']],
  ['SHOTBOARD_DEMO', ['', 'ON', 'true']],
  ['SHOTBOARD_MAX_REQUEST_MB', ['0', '10001']],
])('%s is refused where it makes no sense', (name, values) => {
  for (const value of values) {
    expect(() => readSettings({ [name]: value })).toThrow(name)
  }
})

test('a database’s address is not repeated, since it may hold a password', () => {
  expect(messageOf(() => readSettings({ DATABASE_URL: 'mysql://me:secret@there/db' }))).not.toContain(
    'secret',
  )
})

function messageOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
  return ''
}
