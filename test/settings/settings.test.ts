import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readSettings } from '../../src/settings/settings.js'
import { temporaryFolder } from '../helpers/folder.js'

test('nothing needs to be set', () => {
  const dataDirectory = resolve('.shotboard')
  expect(readSettings({})).toEqual({
    port: 4000,
    host: '127.0.0.1',
    apiKeys: [],
    allowOpen: false,
    allowedHosts: [],
    corsOrigins: [],
    introspection: true,
    dataDirectory,
    databaseUrl: `file:${join(dataDirectory, 'shotboard.db')}`,
    cacheGigabytes: 10,
    readBuckets: [],
    modelsDirectory: fileURLToPath(new URL('../../models', import.meta.url)),
    encoder: 'mini-clip',
    plugins: [],
    pluginLoadSeconds: 60,
    pluginCallSeconds: 600,
    demo: true,
    maxRequestMegabytes: 64,
    maxMegapixels: 64,
    cutShortImages: 'reject',
    maxFilesPerRequest: 1000,
    maxImagesPerRequest: 1000,
    maxOpenComparisons: 1000,
    maxQueryTokens: 10_000,
    maxQueryDepth: 16,
    maxQueryCost: 100_000,
    maxAnswerMegabytes: 32,
    maxOperationSeconds: 300,
    maxOperationsAtOnce: 64,
    maxOperationsPerClient: 32,
    maxArchiveMegabytes: 1024,
    maxArchiveEntries: 200_000,
    maxArchiveExpandedMegabytes: 8192,
    maxArchiveRatio: 100,
    maxImportedFileMegabytes: 64,
    maxRunsPerComparison: 10_000,
    maxSearchSeconds: 30,
    comparisonsAtOnce: 1,
    encoderIdleMinutes: 30,
    executionProviders: ['cpu'],
    maxPageSize: 100,
    maxListSize: 10_000,
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
  ).toMatchObject({
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
    SHOTBOARD_LOG_LEVEL: 'loud',
    SHOTBOARD_MAX_REQUEST_MB: 'much',
    SHOTBOARD_MAX_MEGAPIXELS: '1.5',
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

test('a variable that looks like a setting and is none is a mistake', () => {
  expect(mistakesOf({ SHOTBOARD_MAX_REQUESTS_MB: '1', SHOTBOARD_DEMO: 'off' })).toEqual([
    'SHOTBOARD_MAX_REQUESTS_MB: is not a setting',
  ])
})

describe('the configuration file', () => {
  async function settingsFile(content: unknown): Promise<string> {
    const path = join(await temporaryFolder(), 'shotboard.json')
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
    return path
  }

  test('gives what the environment does not', async () => {
    const file = await settingsFile({
      port: 1234,
      host: 'here.example',
      demo: false,
      plugins: ['./a.mjs', 'some-package'],
      dataDirectory: 'there',
      databaseUrl: 'file:/there/db',
    })
    expect(readSettings({ SHOTBOARD_CONFIG: file, PORT: '4321', SHOTBOARD_PLUGINS: '' })).toMatchObject({
      port: 4321,
      host: 'here.example',
      demo: false,
      plugins: [],
      dataDirectory: resolve('there'),
      databaseUrl: 'file:/there/db',
    })
  })

  test('has its mistakes listed beside those of the environment', async () => {
    const file = await settingsFile({
      port: '80',
      prot: 80,
      demo: 'off',
      databaseUrl: 'mysql://me:secret@db',
    })
    expect(mistakesOf({ SHOTBOARD_CONFIG: file, SHOTBOARD_MAX_MEGAPIXELS: '0', SHOTBOARD_LOG: 'x' })).toEqual(
      [
        'SHOTBOARD_LOG: is not a setting',
        `port in ${file}: must be a whole number from 0 to 65535`,
        `databaseUrl in ${file}: must be an address with file:, postgres:// or postgresql://`,
        `demo in ${file}: must be on or off (in the file: true or false)`,
        'SHOTBOARD_MAX_MEGAPIXELS=0: must be a whole number from 1 to 10000',
        `prot in ${file}: is not a setting`,
      ],
    )
  })

  test.each([
    ['is no JSON', '{ "port": 80', /Expected|JSON/],
    ['is no object', '[]', /must be an object of settings/],
  ])('is a mistake as a whole where it %s', async (_, content, reason) => {
    const file = await settingsFile(content)
    const mistakes = mistakesOf({ SHOTBOARD_CONFIG: file })
    expect(mistakes).toEqual([expect.stringMatching(reason)])
    expect(mistakes[0]).toContain(file)
  })

  test('must be there where it is named', () => {
    expect(mistakesOf({ SHOTBOARD_CONFIG: '/nowhere/at-all.json' })).toEqual([
      '/nowhere/at-all.json: does not exist',
    ])
  })
})

const mistakesOf = (environment: Record<string, string>): string[] =>
  messageOf(() => readSettings(environment))
    .split('\n')
    .slice(1)
    .map((line) => line.replace(/^ +- /, ''))

function messageOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
  return ''
}

test.each([
  ['redis://queue:6379', 's3://photos?endpoint=http://store:9000', true],
  ['rediss://queue', 's3://photos', true],
  ['postgres', 's3://photos', true],
  ['amqp://queue', 's3://photos', false],
  ['redis://queue', 'https://photos', false],
])('a queue %s with a bucket %s is taken: %s', (queue, bucket, isTaken) => {
  const read = () => readSettings({ SHOTBOARD_QUEUE: queue, SHOTBOARD_OBJECTS: bucket })
  if (isTaken) expect(read()).toMatchObject({ queueUrl: queue, objectsUrl: bucket })
  else expect(read).toThrow(/SHOTBOARD_(QUEUE=…|OBJECTS=https:\/\/photos): must be/)
})
