import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { openEncoders } from '../../../src/encoders/encoders.js'
import { type AddOptions, addModel } from '../../../src/encoders/hub/add.js'
import { readModelFolder } from '../../../src/encoders/model-folder.js'
import { temporaryFolder } from '../../helpers/folder.js'
import { repositoryOf, startHub } from '../../helpers/hub.js'
import { sharedRuntime } from '../../helpers/shared.js'
import { tinyModel } from '../adapters/files.js'
import { miniClip } from '../files.js'

const runtime = sharedRuntime()
const hub = await startHub()
const tiny = await repositoryOf(tinyModel('tiny'))
const data = await temporaryFolder()
const directory = join(data, 'models')

beforeEach(async () => {
  await rm(directory, { recursive: true, force: true })
  hub.repositories.clear()
  hub.repositories.set('someone/tiny', new Map(tiny))
  hub.baseModels.clear()
  hub.commits.clear()
  hub.reads.length = 0
  hub.token = undefined
})

const add = (model = 'someone/tiny', options: AddOptions = {}) =>
  addModel(model, directory, runtime, { endpoint: hub.endpoint, ...options })

const entries = () => readdir(directory).catch(() => [])
const bytesRead = (path: string) =>
  hub.reads.filter((read) => read.path === path && read.range !== 'bytes=0-0')

describe('a model of the hub', () => {
  test('is fetched, tried and there at the next start, as the files say it is', async () => {
    const progress: [number, number][] = []
    const added = await add('someone/tiny', { onProgress: (done, total) => progress.push([done, total]) })
    expect(added).toMatchObject({
      id: 'tiny',
      dimensions: 16,
      imageSize: 32,
      precision: 'fp32',
      spaces: ['clip'],
    })
    expect(await entries()).toEqual(['tiny'])
    const [last] = progress.slice(-1)
    expect(last?.[0]).toBe(last?.[1])

    const places = { modelsDirectory: join(miniClip, '..'), dataDirectory: data }
    const encoders = await openEncoders(places, 'tiny', runtime)
    expect(encoders.all.map(({ id }) => id)).toEqual(['mini-clip', 'tiny'])
    // The scale as trained, of weights of which no more than a few bytes were read.
    expect(encoders.default.logitScale).toBeCloseTo(14.285, 2)
    await encoders.close()
  })

  test('of another precision is another encoder, and only its own graphs are fetched', async () => {
    const added = await add('someone/tiny', { precision: 'q8' })
    expect(added).toMatchObject({ id: 'tiny-q8', precision: 'q8' })
    expect((await readdir(join(added.folder, 'onnx'))).toSorted()).toEqual([
      'text_model_quantized.onnx',
      'vision_model_quantized.onnx',
    ])
  })

  test('made from another model has the scale and the bias of that one', async () => {
    const siglip = await repositoryOf(tinyModel('siglip-tiny'))
    hub.repositories.set('someone/siglip', siglip)
    const graphs = new Map(siglip)
    graphs.delete('model.safetensors')
    hub.repositories.set('other/siglip-onnx', graphs)
    hub.baseModels.set('other/siglip-onnx', 'someone/siglip')
    const { folder } = await add('other/siglip-onnx')
    const { manifest } = await readModelFolder(folder)
    expect(manifest.logitScale).toBeCloseTo(Math.exp(4.76), 3)
    expect(manifest.logitBias).toBeCloseTo(-12.93, 4)
  })

  test('is remembered with its commit', async () => {
    hub.commits.set('someone/tiny', 'b'.repeat(40))
    const { folder } = await add()
    const added = JSON.parse(await readFile(join(folder, 'shotboard.json'), 'utf8')) as object
    expect(added).toMatchObject({
      source: { repository: 'someone/tiny', revision: 'main', commit: 'b'.repeat(40) },
    })
  })

  test('behind a token is fetched with it, and refused without', async () => {
    hub.token = 'hf_secret'
    await expect(add()).rejects.toMatchObject({ code: 'MODEL_ACCESS_DENIED' })
    await add('someone/tiny', { token: 'hf_secret' })
    expect(await entries()).toEqual(['tiny'])
  })
})

describe('an interrupted download', () => {
  const graph = 'onnx/vision_model.onnx'

  test('leaves no model, and goes on where it broke off', async () => {
    hub.breakOff(graph, 100_000)
    await expect(add()).rejects.toMatchObject({ code: 'MODEL_DOWNLOAD_FAILED' })
    expect((await entries()).every((name) => name.startsWith('.adding-'))).toBe(true)
    const places = { modelsDirectory: join(miniClip, '..'), dataDirectory: data }
    const encoders = await openEncoders(places, 'mini-clip', runtime)
    expect(encoders.all.map(({ id }) => id)).toEqual(['mini-clip'])
    await encoders.close()

    hub.reads.length = 0
    await add()
    expect(await entries()).toEqual(['tiny'])
    expect(bytesRead(graph).map(({ range }) => range)).toEqual([
      `bytes=100000-${(tiny.get(graph)?.length ?? 0) - 1}`,
    ])
    // What was whole is not fetched again.
    expect(bytesRead('tokenizer.json')).toEqual([])
    expect(await readFile(join(directory, 'tiny', graph))).toEqual(tiny.get(graph))
  })

  test('starts clean where the model has changed since', async () => {
    hub.breakOff(graph, 100_000)
    await expect(add()).rejects.toMatchObject({ code: 'MODEL_DOWNLOAD_FAILED' })
    hub.commits.set('someone/tiny', 'c'.repeat(40))
    hub.reads.length = 0
    await add()
    expect(bytesRead(graph).map(({ range }) => range)).toEqual([undefined])
    expect(await entries()).toEqual(['tiny'])
  })
})

describe('a model is refused and nothing is left of it', () => {
  const refused = async (code: string, options: AddOptions = {}, model = 'someone/tiny') => {
    await expect(add(model, options)).rejects.toMatchObject({ code })
    expect((await entries()).filter((name) => !name.startsWith('.adding-'))).toEqual([])
  }

  test.each(['onnx/text_model.onnx', 'tokenizer_config.json'])(
    'whose %s has another checksum; the next attempt fetches it anew',
    async (file) => {
      const fresh = await startHub()
      fresh.repositories.set('someone/tiny', new Map(tiny))
      fresh.corrupt(file)
      await refused('MODEL_CHECKSUM', { endpoint: fresh.endpoint })
      await add()
      expect(await readFile(join(directory, 'tiny', file))).toEqual(tiny.get(file))
    },
  )

  test.each(['tokenizer.json', 'config.json', 'preprocessor_config.json', 'onnx/text_model.onnx'])(
    'that lacks %s, before anything is fetched',
    async (file) => {
      hub.repositories.get('someone/tiny')?.delete(file)
      await refused('MODEL_INCOMPLETE')
      expect(hub.reads).toEqual([])
      await expect(add()).rejects.toThrow(file)
    },
  )

  test('that has no graphs of the precision, naming those it has', async () => {
    for (const tower of ['vision', 'text'])
      hub.repositories.get('someone/tiny')?.delete(`onnx/${tower}_model.onnx`)
    await refused('MODEL_INCOMPLETE')
    await expect(add()).rejects.toThrow('it has fp16, q8: choose with --precision')
  })

  test('of an architecture that is not known', async () => {
    hub.repositories.get('someone/tiny')?.set('config.json', Buffer.from('{"model_type":"blip"}'))
    await refused('INVALID_MODEL')
    expect(await entries()).toEqual([])
  })

  test('whose graph does not run', async () => {
    hub.repositories.get('someone/tiny')?.set('onnx/text_model.onnx', Buffer.from('no graph'))
    await refused('INVALID_MODEL')
    expect(await entries()).toEqual([])
  })

  test('that does not fit on the disk, before anything is fetched', async () => {
    await refused('MODEL_DISK_FULL', { freeBytes: async () => 1000 })
    expect(hub.reads).toEqual([])
  })

  test('that is not there', async () => {
    await refused('MODEL_NOT_FOUND', {}, 'someone/else')
    await refused('MODEL_NOT_FOUND', { revision: 'v2' })
  })

  test('whose hub is not there', () => refused('MODEL_DOWNLOAD_FAILED', { endpoint: 'http://127.0.0.1:1' }))

  test('whose id is taken', async () => {
    await add()
    await expect(add()).rejects.toMatchObject({ code: 'MODEL_EXISTS' })
    await add('someone/tiny', { id: 'again' })
    expect((await entries()).toSorted()).toEqual(['again', 'tiny'])
  })

  test('whose id is no name', () => refused('INVALID_MODEL', { id: 'a b' }))
})

test('a model of a local folder is copied, its trained scale kept', async () => {
  const folder = join(data, 'local-clip')
  await mkdir(folder, { recursive: true })
  await cp(tinyModel('tiny'), folder, { recursive: true })
  const added = await add(folder, { precision: 'fp16' })
  expect(added.id).toBe('local-clip-fp16')
  expect((await readModelFolder(added.folder)).manifest.logitScale).toBeCloseTo(14.285, 2)
  expect(await entries()).toEqual(['local-clip-fp16'])
})

test('an error of a local folder names that folder, and not the one that is gone', async () => {
  const folder = join(data, 'broken-clip')
  await cp(tinyModel('tiny'), folder, { recursive: true })
  await writeFile(join(folder, 'onnx', 'text_model.onnx'), 'no graph')
  const adding = add(folder, { id: 'broken' })
  await expect(adding).rejects.toThrow(join(folder, 'onnx', 'text_model.onnx'))
  await expect(adding).rejects.not.toThrow('.adding-')
})

test.each(['relative', 'of links, as in the cache of the hub'])('a local folder may be %s', async (kind) => {
  const folder = join(data, `tiny-${kind.split(' ')[0]}`)
  if (kind === 'relative') await cp(tinyModel('tiny'), folder, { recursive: true })
  else {
    await mkdir(join(folder, 'onnx'), { recursive: true })
    for (const name of await readdir(tinyModel('tiny'), { recursive: true })) {
      if (name !== 'onnx') await symlink(join(tinyModel('tiny'), name), join(folder, name))
    }
  }
  const added = await add(kind === 'relative' ? relative(process.cwd(), folder) : folder, { id: 'local' })
  expect(added).toMatchObject({ id: 'local', dimensions: 16 })
  expect(await entries()).toEqual(['local'])
})
