import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Tensor } from 'onnxruntime-node'
import { describe, expect, test } from 'vitest'
import { openEncoder } from '../../../src/encoders/encoder.js'
import { openRuntime } from '../../../src/tensor/runtime.js'
import { atEnd } from '../../helpers/at-end.js'
import { temporaryFolder } from '../../helpers/folder.js'
import { type InferenceServer, startInferenceServer } from '../../helpers/inference-server.js'
import { picture } from '../../helpers/pictures.js'
import { root } from '../../helpers/programs.js'

const folder = join(root, 'models/mini-clip')
const runtime = openRuntime({ threads: 1 })
atEnd(runtime.close)
const images = await Promise.all(
  Array.from({ length: 10 }, async (_, i) => {
    const bytes = await picture(i % 3, 12_000 + i)
    return { id: String(i), read: async () => bytes }
  }),
)
const local = await openEncoder(folder, runtime)
atEnd(local.close)

const startServer = (): Promise<InferenceServer> =>
  startInferenceServer({
    vision: {
      ...{ file: join(folder, 'vision.onnx'), version: '3' },
      fixed: { adapter_scale: new Tensor('float32', Float32Array.of(0), [1]) },
    },
    texts: { file: join(folder, 'text.onnx'), version: '3' },
  })

const server = await startServer()

/** A model folder whose towers are on a server. */
async function remoteFolder(url: string, change: (manifest: Manifest) => void = () => {}): Promise<string> {
  const target = join(await temporaryFolder(), 'remote')
  await mkdir(target)
  await cp(join(folder, 'tokenizer.json'), join(target, 'tokenizer.json'))
  const { adapter: _, ...manifest } = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'))
  const remote = { url, version: '3', maxBatch: 3, requestsAtOnce: 2 }
  const written = {
    ...manifest,
    id: 'remote-clip',
    vision: { remote: { ...remote, model: 'vision' }, input: 'pixels', output: 'features' },
    text: { remote: { ...remote, model: 'texts' }, input: 'tokens', output: 'features' },
  }
  change(written)
  await writeFile(join(target, 'model.json'), JSON.stringify(written))
  return target
}

interface Manifest {
  vision: { remote?: Record<string, unknown>; file?: string }
  text: { remote?: Record<string, unknown> }
  adapter?: object
}

async function openRemote(url: string, change?: (manifest: Manifest) => void) {
  const encoder = await openEncoder(await remoteFolder(url, change), runtime)
  atEnd(encoder.close)
  return encoder
}

const failure = async (work: Promise<unknown>) =>
  work.then(
    () => expect.fail('it went well'),
    (error: unknown) => error,
  )

describe('an encoder on a server', () => {
  test('gives the features that its graphs give here, several requests at a time', async () => {
    const remote = await openRemote(server.url)
    await remote.load()
    server.batches.length = 0
    const [here, there] = [
      await local.encodeImages(images, { spaces: ['clip'] }),
      await remote.encodeImages(images, { spaces: ['clip'] }),
    ]
    // Other numbers of rows may be added up in another order.
    expect(maxDifference(here.clip?.data, there.clip?.data)).toBeLessThan(1e-5)
    expect(server.batches.toSorted()).toEqual([1, 3, 3, 3])
    expect(server.mostAtOnce()).toBe(2)
    const texts = ['a photo of a cat.', 'a dog', 'an owl', 'two birds on a wire']
    expect(
      maxDifference((await local.encodeTexts(texts)).data, (await remote.encodeTexts(texts)).data),
    ).toBeLessThan(1e-5)
  })

  test('may answer in JSON alone', async () => {
    const server = await startServer()
    server.isPlain = true
    const remote = await openRemote(server.url)
    const here = await local.encodeImages(images, { spaces: ['clip'] })
    const there = await remote.encodeImages(images, { spaces: ['clip'] })
    expect(maxDifference(here.clip?.data, there.clip?.data)).toBeLessThan(1e-5)
  })

  test('is asked again when its connection breaks or it is busy', async () => {
    const remote = await openRemote(server.url)
    await remote.load()
    server.answers.push(
      (response) => response.destroy(),
      (response) => response.writeHead(503).end(),
    )
    const { clip } = await remote.encodeImages(images.slice(0, 2), { spaces: ['clip'] })
    expect(clip?.rows).toBe(2)
  })

  test('that is away is an error that names it, and not its address', async () => {
    const server = await startServer()
    const remote = await openRemote(server.url)
    await server.close()
    const error = await failure(remote.encodeImages(images, { spaces: ['clip'] }))
    expect(error).toMatchObject({ code: 'ENCODER_UNREACHABLE' })
    expect(String(error)).toContain('remote-clip')
  })

  test.each([
    [
      'no model of that version',
      (each: Manifest) => Object.assign(each.vision.remote ?? {}, { version: '4' }),
      'REMOTE_ENCODER_FAILED',
    ],
    [
      'a model with other inputs',
      (each: Manifest) => Object.assign(each.vision.remote ?? {}, { model: 'texts' }),
      'INVALID_MODEL',
    ],
  ])('with %s is refused when it is loaded', async (_, change, code) => {
    const remote = await openRemote(server.url, change)
    expect(await failure(remote.load())).toMatchObject({ code })
  })

  test.each([
    ['an answer that is cut short', (json: object) => JSON.stringify(json).slice(0, 20)],
    ['an answer without the output', () => JSON.stringify({ outputs: [] })],
    [
      'numbers that do not fit their shape',
      () =>
        JSON.stringify({
          outputs: [{ name: 'features', datatype: 'FP32', shape: [1, 192], data: [1, 2, 3] }],
        }),
    ],
  ])('fails for %s', async (_, answer) => {
    const remote = await openRemote(server.url)
    await remote.load()
    server.answers.push((response) => response.end(answer({ outputs: [{ name: 'features' }] })))
    const error = await failure(remote.encodeImages(images.slice(0, 1), { spaces: ['clip'] }))
    expect(error).toMatchObject({ code: 'REMOTE_ENCODER_FAILED' })
  })

  test('has one space and no patches, and is neither trained nor exported', async () => {
    const remote = await openRemote(server.url)
    expect(remote.spaces).toEqual(['clip'])
    expect(await remote.patches()).toBeNull()
    expect(await failure(remote.visionGraph({ clip: true, adapted: null }))).toMatchObject({
      code: 'REMOTE_ENCODER',
    })
  })

  test('keeps its features under its version', async () => {
    const { url } = server
    const one = await openRemote(url)
    const other = await openRemote(url, (each) => Object.assign(each.vision.remote ?? {}, { version: '4' }))
    expect(other.spaceFingerprint('clip')).not.toBe(one.spaceFingerprint('clip'))
  })

  test.each([
    ['both a file and a server', (each: Manifest) => Object.assign(each.vision, { file: 'vision.onnx' })],
    ['neither', (each: Manifest) => Object.assign(each.vision, { remote: undefined })],
    [
      'an address that is none',
      (each: Manifest) => Object.assign(each.vision.remote ?? {}, { url: 'triton' }),
    ],
    ['no version', (each: Manifest) => Object.assign(each.vision.remote ?? {}, { version: undefined })],
    ['an adapter', (each: Manifest) => Object.assign(each, { adapter: { bottleneck: 4, scale: 1 } })],
  ])('is refused with %s', async (_, change) => {
    expect(await failure(openRemote('http://127.0.0.1:1', change))).toMatchObject({ code: 'INVALID_MODEL' })
  })
})

function maxDifference(a: Float32Array = new Float32Array(), b: Float32Array = new Float32Array()): number {
  expect(a.length).toBeGreaterThan(0)
  expect(b.length).toBe(a.length)
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0)
}
