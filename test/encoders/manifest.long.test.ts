import { appendFile, cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { openEncoder } from '../../src/encoders/encoder.js'
import { readModelFolder } from '../../src/encoders/model-folder.js'
import { sharedRuntime } from '../helpers/shared.js'
import { miniClip } from './files.js'

const runtime = sharedRuntime()
const temporary = await mkdtemp(join(tmpdir(), 'shotboard-model-'))
const folder = join(temporary, 'model')
const manifestFile = join(folder, 'model.json')
afterAll(async () => {
  await rm(temporary, { recursive: true })
})

beforeEach(async () => {
  await rm(folder, { recursive: true, force: true })
  await cp(miniClip, folder, { recursive: true })
})

/** Sets a field of model.json, such as `vision.file`; undefined removes it. */
async function setInManifest(field: string, value: unknown): Promise<void> {
  const manifest = JSON.parse(await readFile(manifestFile, 'utf8')) as Record<string, unknown>
  const [first = '', second] = field.split('.')
  const changed = second === undefined ? value : { ...(manifest[first] as object), [second]: value }
  await writeFile(manifestFile, JSON.stringify({ ...manifest, [first]: changed }))
}

async function expectInvalid(file: string, reason: string | RegExp): Promise<void> {
  const opening = openEncoder(folder, runtime).then((encoder) => encoder.load())
  await expect(opening).rejects.toMatchObject({ code: 'INVALID_MODEL' })
  await expect(opening).rejects.toThrow(join(folder, file))
  await expect(opening).rejects.toThrow(reason)
}

test('the embedded model folder opens, with the spaces clip and imo', async () => {
  const encoder = await openEncoder(folder, runtime)
  await encoder.load()
  expect(encoder).toMatchObject({ id: 'mini-clip', dimensions: 192, imageSize: 64, spaces: ['clip', 'imo'] })
  await encoder.close()
})

test('the model files of an encoder are opened by its first use, if not before', async () => {
  await truncate(join(folder, 'text.onnx'), 1000)
  const encoder = await openEncoder(folder, runtime)
  await expect(encoder.encodeTexts(['a'])).rejects.toThrow(join(folder, 'text.onnx'))
  await expect(encoder.encodeTexts(['a'])).rejects.toMatchObject({ code: 'INVALID_MODEL' })
  await encoder.close()
})

test('without an adapter there is the space clip alone', async () => {
  await setInManifest('adapter', null)
  const encoder = await openEncoder(folder, runtime)
  expect(encoder.spaces).toEqual(['clip'])
  await expect(encoder.encodeImages([], { spaces: ['imo'] })).rejects.toMatchObject({
    code: 'SPACE_NOT_AVAILABLE',
  })
  await encoder.close()
})

describe('a broken model folder gives INVALID_MODEL naming the file', () => {
  test.each(['model.json', 'vision.onnx', 'text.onnx', 'tokenizer.json'])('%s is missing', async (file) => {
    await rm(join(folder, file))
    await expectInvalid(file, 'it does not exist')
  })

  test('the folder is missing', async () => {
    await rm(folder, { recursive: true })
    await expectInvalid('model.json', 'it does not exist')
  })

  test('a file is a folder', async () => {
    await setInManifest('tokenizer', '.')
    await expectInvalid('', 'EISDIR')
  })

  test.each(['', '{', 'id: mini-clip', '\u0000\u0001'])('model.json is %j, no JSON', async (text) => {
    await writeFile(manifestFile, text)
    await expectInvalid('model.json', 'it is not JSON')
  })

  test.each(['null', '[]', '"mini-clip"', '{}'])('model.json is %s, no manifest', async (text) => {
    await writeFile(manifestFile, text)
    await expectInvalid('model.json', /expected|Invalid/)
  })

  test.each([
    'id',
    'name',
    'dimensions',
    'imageSize',
    'mean',
    'std',
    'resize',
    'logitScale',
    'contextLength',
    'padToken',
    'endOfTextToken',
    'tokenizer',
    'vision',
    'text',
  ])('model.json has no %s', async (field) => {
    await setInManifest(field, undefined)
    await expectInvalid('model.json', `at ${field}`)
  })

  test.each(['file', 'input', 'output'])('a tower has no %s', async (field) => {
    await setInManifest(`text.${field}`, undefined)
    await expectInvalid('model.json', `at text.${field}`)
  })

  test.each([
    ['id', '../mini-clip'],
    ['name', ''],
    ['dimensions', 0],
    ['dimensions', 19.2],
    ['imageSize', '64'],
    ['mean', [0.5, 0.5]],
    ['std', [0.5, 0.5, null]],
    ['resize', 'bilinear'],
    ['logitScale', -1],
    ['contextLength', 2],
    ['padToken', -1],
    ['adapter', { bottleneck: 16 }],
  ])('model.json has the %s %j', async (field, value) => {
    await setInManifest(field, value)
    await expectInvalid('model.json', `at ${field}`)
  })

  test('there is an adapter and no input to scale it', async () => {
    await setInManifest('vision.adapterScaleInput', undefined)
    await expectInvalid('model.json', 'at vision.adapterScaleInput')
  })

  test.each(['vision.onnx', 'text.onnx'])('%s is truncated, empty, or something else', async (file) => {
    await truncate(join(folder, file), 1_000_000)
    await expectInvalid(file, 'cannot be used: ')
    await truncate(join(folder, file), 0)
    await expectInvalid(file, 'cannot be used: ')
    await writeFile(join(folder, file), 'an ONNX model')
    await expectInvalid(file, 'cannot be used: ')
  })

  test('tokenizer.json is truncated, empty, or something else', async () => {
    await truncate(join(folder, 'tokenizer.json'), 100_000)
    await expectInvalid('tokenizer.json', 'cannot be used: ')
    await truncate(join(folder, 'tokenizer.json'), 0)
    await expectInvalid('tokenizer.json', 'cannot be used: ')
    for (const text of ['{}', '[]', 'null', '{"model":{"type":"BPE"}}', '{"model":null,"added_tokens":[]}']) {
      await writeFile(join(folder, 'tokenizer.json'), text)
      await expectInvalid('tokenizer.json', 'cannot be used: ')
    }
  })

  test.each([
    ['vision', 'input', 'image', 'it has no input image'],
    ['vision', 'adapterScaleInput', 'scale', 'it has no input scale'],
    ['vision', 'output', 'embedding', 'it has no output embedding'],
    ['text', 'input', 'ids', 'it has no input ids'],
    ['text', 'output', 'embedding', 'it has no output embedding'],
  ] as const)('the %s model has no %s of that name', async (tower, field, name, reason) => {
    await setInManifest(`${tower}.${field}`, name)
    await expectInvalid(`${tower}.onnx`, reason)
  })

  test.each([
    ['dimensions', 512, 'vision.onnx', 'not [batch, 512]'],
    ['imageSize', 224, 'vision.onnx', /dimension/i],
    ['contextLength', 77, 'text.onnx', /./],
  ])('the model is of another %s than %d', async (field, value, file, reason) => {
    await setInManifest(field, value)
    await expectInvalid(file, reason)
  })
})

test('the fingerprint changes with every file that features depend on, and with nothing else', async () => {
  const fingerprint = async () => (await readModelFolder(folder)).fingerprint
  const before = await fingerprint()
  await appendFile(join(folder, 'README.md'), 'A note.')
  expect(await fingerprint()).toBe(before)
  const seen = new Set([before])
  for (const file of ['model.json', 'vision.onnx', 'text.onnx', 'tokenizer.json']) {
    await appendFile(join(folder, file), '\n')
    seen.add(await fingerprint())
  }
  expect(seen.size).toBe(5)
})
