import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEncoders } from '../../src/encoders/encoders.js'
import { sharedRuntime } from '../helpers/shared.js'
import { miniClip } from './files.js'

const runtime = sharedRuntime()
const directory = await mkdtemp(join(tmpdir(), 'shotboard-models-'))
beforeAll(async () => {
  await cp(miniClip, join(directory, 'mini-clip'), { recursive: true })
  await mkdir(join(directory, 'no-model'))
  await writeFile(join(directory, 'README.md'), '# Models')
})
afterAll(async () => {
  await rm(directory, { recursive: true })
})

test('every model folder is an encoder, and what is none is passed over', async () => {
  const encoders = await openEncoders(
    { modelsDirectory: directory, dataDirectory: join(directory, 'data') },
    'mini-clip',
    runtime,
  )
  expect(encoders.all.map(({ id }) => id)).toEqual(['mini-clip'])
  expect(encoders.default.id).toBe('mini-clip')
  expect(encoders.get(undefined)).toBe(encoders.default)
  expect(encoders.get(null)).toBe(encoders.default)
  expect(encoders.get('mini-clip')).toBe(encoders.default)
  await encoders.close()
})

test('an encoder that is not there is UNKNOWN_ENCODER, with the known ones', async () => {
  const encoders = await openEncoders(
    { modelsDirectory: directory, dataDirectory: join(directory, 'data') },
    'mini-clip',
    runtime,
  )
  expect(() => encoders.get('vit-b-32', 'input.encoder')).toThrow(
    expect.objectContaining({
      code: 'UNKNOWN_ENCODER',
      argument: 'input.encoder',
      message: expect.stringContaining('Known encoders: mini-clip'),
    }),
  )
  await encoders.close()
  await expect(
    openEncoders({ modelsDirectory: directory, dataDirectory: join(directory, 'data') }, 'vit-b-32', runtime),
  ).rejects.toMatchObject({
    code: 'UNKNOWN_ENCODER',
  })
})
