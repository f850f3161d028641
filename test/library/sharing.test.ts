import { expect, test } from 'vitest'
import { sharingOf } from '../../src/library/sharing.js'
import { readSettings } from '../../src/settings/settings.js'

const all = {
  DATABASE_URL: 'postgres://db/shotboard',
  SHOTBOARD_QUEUE: 'redis://queue',
  SHOTBOARD_OBJECTS: 's3://photos',
  AWS_ACCESS_KEY_ID: 'key',
  AWS_SECRET_ACCESS_KEY: 'secret',
}

test('without a queue and a bucket nothing is shared', () => {
  expect(sharingOf(readSettings({ DATABASE_URL: all.DATABASE_URL }))).toBeUndefined()
})

test('the queue may be on a server of its own, or in the database', () => {
  expect(sharingOf(readSettings(all))?.queueUrl).toBe('redis://queue')
  expect(sharingOf(readSettings({ ...all, SHOTBOARD_QUEUE: 'postgres' }))?.queueUrl).toBe(all.DATABASE_URL)
})

test.each([
  ['SHOTBOARD_QUEUE', 'SHOTBOARD_QUEUE'],
  ['SHOTBOARD_OBJECTS', 'SHOTBOARD_OBJECTS'],
  ['AWS_ACCESS_KEY_ID', 'AWS_ACCESS_KEY_ID'],
  ['AWS_SECRET_ACCESS_KEY', 'AWS_SECRET_ACCESS_KEY'],
  ['DATABASE_URL', 'DATABASE_URL with postgres://'],
])('without %s the start says what is missing', (variable, named) => {
  const { [variable]: _, ...rest } = all as Record<string, string>
  expect(() => sharingOf(readSettings(rest))).toThrow(
    `More than one machine needs a queue, a bucket and Postgres. Missing: ${named}.`,
  )
})
