import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openEncoder } from '../../src/encoders/encoder.js'
import { readModelFolder } from '../../src/encoders/model-folder.js'
import { openTokenizer } from '../../src/encoders/tokenizer.js'
import { readSafetensors } from '../../src/tensor/safetensors.js'
import { sharedRuntime } from '../helpers/shared.js'
import { leastCosine, tinyModel } from './adapters/files.js'
import { fixture, root, sha256, sourceOf } from './files.js'

// What transformers and open_clip made of the same weights, texts and images: tools/parity/checkpoint.py.
const runtime = sharedRuntime()
const texts = await fixture<string[]>('texts')
const imagesFolder = join(root, 'test/encoders/fixtures/images')

/** Texts with C1 control characters among accents, which ftfy takes for text in a wrong encoding. */
const mistakenForMojibake = 2

describe.each([
  ['tiny', 'transformers', 0],
  ['open-clip-tiny', 'open_clip', mistakenForMojibake],
  ['siglip-tiny', 'transformers', 0],
] as const)('a checkpoint like %s, beside %s', async (name, _, differing) => {
  const folder = tinyModel(name)
  const expected = JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8')) as {
    files: string[]
    ids: string[]
  }
  const { tensors } = await readSafetensors(join(folder, 'expected-features.safetensors'))
  const reference = (part: string): Float32Array => {
    const tensor = tensors.get(part)
    if (tensor?.type !== 'float32') throw new Error(`no ${part}`)
    return tensor.data
  }

  test('has the same token ids of 2,200 texts', async () => {
    const model = await readModelFolder(folder)
    const tokenize = await openTokenizer(model)
    expect(texts.length).toBe(2200)
    const wrong = texts.filter((text, i) => {
      const { ids } = tokenize([text], model.manifest.contextLength)
      return sha256(new TextEncoder().encode([...ids].join(' '))).slice(0, 8) !== expected.ids[i]
    })
    expect(wrong.length, wrong.map((text) => JSON.stringify(text)).join('\n')).toBe(differing)
  })

  test('has the same features of images of every kind, and of texts', async () => {
    const files = (await readdir(imagesFolder)).toSorted()
    expect(files).toEqual(expected.files)
    const sources = files.map(async (file) => sourceOf(await readFile(join(imagesFolder, file))))
    const encoder = await openEncoder(folder, runtime)
    const { clip } = await encoder.encodeImages(await Promise.all(sources), { spaces: ['clip'] })
    expect(
      leastCosine(clip?.data ?? new Float32Array(), reference('images'), encoder.dimensions),
    ).toBeGreaterThan(0.99999)
    const found = await encoder.encodeTexts(texts.slice(0, 64))
    expect(leastCosine(found.data, reference('texts'), encoder.dimensions)).toBeGreaterThan(0.99999)
    await encoder.close()
  })
})
