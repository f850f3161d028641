import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEncoders, readModelFolders } from '../../src/encoders/encoders.js'
import { temporaryFolder } from '../helpers/folder.js'
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

test('a model that cannot be used is left out and named, and the others are served', async () => {
  const data = await temporaryFolder()
  const added = (name: string) => join(data, 'models', name)
  await mkdir(added('empty'), { recursive: true })
  await symlink(join(data, 'nowhere'), added('linked'))
  await cp(miniClip, added('half'), { recursive: true })
  await rm(join(added('half'), 'text.onnx'))
  await cp(miniClip, added('twin'), { recursive: true })

  const places = { modelsDirectory: directory, dataDirectory: data }
  const encoders = await openEncoders(places, 'mini-clip', runtime)
  expect(encoders.all.map(({ id }) => id)).toEqual(['mini-clip'])
  expect(encoders.leftOut.map(({ id, error }) => [id, error.code])).toEqual([
    ['empty', 'INVALID_MODEL'],
    ['half', 'INVALID_MODEL'],
    ['linked', 'INVALID_MODEL'],
    ['twin', 'INVALID_MODEL'],
  ])
  expect(encoders.leftOut[1]?.error.message).toContain(join(added('half'), 'text.onnx'))
  expect(encoders.leftOut[3]?.error.message).toContain('its id mini-clip is that of')
  await encoders.close()

  // A default that is left out has its own error, not "not found".
  await expect(openEncoders(places, 'half', runtime)).rejects.toThrow('text.onnx')
  expect((await readModelFolders(places)).broken.map(({ folder }) => folder)).toContain(added('linked'))
})

test('a default encoder that cannot be loaded is closed again', async () => {
  const folder = await temporaryFolder()
  await cp(miniClip, join(folder, 'mini-clip'), { recursive: true })
  await writeFile(join(folder, 'mini-clip', 'text.onnx'), 'no model')
  let open = 0
  const counting = {
    ...runtime,
    async open(...parameters: Parameters<typeof runtime.open>) {
      const session = await runtime.open(...parameters)
      open += 1
      return {
        ...session,
        async release() {
          open -= 1
          await session.release()
        },
      }
    },
  }
  const places = { modelsDirectory: folder, dataDirectory: join(folder, 'data') }
  await expect(openEncoders(places, 'mini-clip', counting)).rejects.toMatchObject({ code: 'INVALID_MODEL' })
  expect(open).toBe(0)

  // Its towers open here, and fail when they are tried.
  await cp(miniClip, join(folder, 'mini-clip'), { recursive: true })
  const manifest = JSON.parse(await readFile(join(miniClip, 'model.json'), 'utf8'))
  await writeFile(join(folder, 'mini-clip', 'model.json'), JSON.stringify({ ...manifest, dimensions: 512 }))
  await expect(openEncoders(places, 'mini-clip', counting)).rejects.toMatchObject({ code: 'INVALID_MODEL' })
  expect(open).toBe(0)
})
