import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { temporaryFolder } from '../helpers/folder.js'
import { openTestLibrary } from '../helpers/library.js'
import { compare, countEncoded, linkModel, request } from '../helpers/library-comparisons.js'
import { base64, picture } from '../helpers/pictures.js'
import { moduleFile, outsiders } from '../helpers/plugins.js'

const plugins = { SHOTBOARD_PLUGINS: await outsiders() }

test('an image is encoded once, even across comparisons and restarts', async () => {
  const folder = await temporaryFolder()
  const first = await openTestLibrary(folder)
  const { id } = await makeDataset(first, 'Once')
  const encoded = countEncoded(first)
  expect((await compare(first, request(id))).status).toBe('SUCCEEDED')
  // Two support images of each class, the validation images and the test images.
  expect(encoded()).toBe(6 + 9 + 12)
  await compare(first, request(id, { methods: [{ method: 'tip-x++' }, { method: 'tip-x' }] }))
  expect(encoded()).toBe(27)
  await compare(first, request(id, { augmentations: 3 }))
  expect(encoded()).toBe(27 + 6)
  await first.close()

  const second = await openTestLibrary(folder)
  const again = countEncoded(second)
  await compare(second, request(id, { methods: [{ method: 'tip-adapter', space: 'whitened' }] }))
  expect(again()).toBe(0)
  const { id: supportSet } = await second.supportSets.create({
    dataset: id,
    shots: 2,
    seed: 1,
    augmentations: 1,
  })
  await second.predict({
    supportSet,
    images: [{ base64: await base64(picture(0, 1)) }],
    methods: [{ method: 'tip-adapter' }],
    selection: 'VALIDATION',
    topK: 1,
  })
  expect(again()).toBe(1)
  await second.close()
})

test('compareOnce returns the same comparison again, even after a restart', async () => {
  const folder = await temporaryFolder()
  const first = await openTestLibrary(folder)
  const { id } = await makeDataset(first, 'Compared once')
  const made = await first.comparisons.compareOnce(request(id))
  expect((await first.comparisons.compareOnce(request(id))).id).toBe(made.id)
  const ended = await first.comparisons.ended(made.id)
  await first.close()

  const second = await openTestLibrary(folder)
  expect(await second.comparisons.compareOnce(request(id))).toEqual(ended)
  expect((await second.comparisons.compareOnce(request(id, { seeds: [2] }))).id).not.toBe(made.id)
  await second.close()
})

const slow = { methods: [{ method: 'slow' }, { method: 'zero-shot' }], selection: 'NONE' as const }

test('runs that two comparisons share are made once, even if both run at the same time', async () => {
  const library = await openTestLibrary(await temporaryFolder(), {
    ...plugins,
    SHOTBOARD_COMPARISONS_AT_ONCE: '2',
  })
  const { id } = await makeDataset(library, 'Shared')
  const start = vi.spyOn(library.store.runs, 'start')
  const [first, second] = await Promise.all([
    compare(library, request(id, { ...slow, seeds: [1, 2, 3] })),
    compare(library, request(id, { ...slow, seeds: [3, 2, 4] })),
  ])
  expect([first.status, second.status]).toEqual(['SUCCEEDED', 'SUCCEEDED'])
  const attempts = await Promise.all(start.mock.results.map(({ value }) => value))
  const made = start.mock.calls.flatMap(([run], i) => (attempts[i] ? [run] : []))
  expect(made.length).toBe(8)
  expect(new Set(made).size).toBe(8)
  await library.close()
})

const plugin = (source: string) => moduleFile(`export default ${source}`, 'own.mjs')
const method = (more: string) =>
  `{ id: 'own', name: 'Own', summary: 'A method of its own.', space: null, usesTexts: false, hyperparameters: {}, score: async () => {}, ${more} }`

test.each([
  ['throws', '(() => { throw new Error("no luck") })', 'no luck'],
  ['throws while it is loaded', '1; throw new Error("no luck")', 'no luck'],
  ['is not JavaScript', '{', 'own.mjs'],
  ['exports nothing', 'undefined', 'no default export'],
  ['is malformed', '{ name: "own", methods: [{ id: "Own!" }] }', 'methods[0].id'],
  [
    'has neither terms nor score',
    `{ name: "own", methods: [${method('score: undefined')}] }`,
    'either terms or score',
  ],
  ['takes a method’s id', `{ name: "own", methods: [${method('id: "tip-x"')}] }`, 'tip-x'],
  ['takes a method’s alias', `{ name: "own", methods: [${method('aliases: ["ta++"]')}] }`, 'ta++'],
  [
    'takes a space’s name',
    '{ name: "own", spaces: [{ id: "x", name: "CLIP", summary: "", base: "clip", trained: false }] }',
    'clip',
  ],
  ['compares in no known space', `{ name: "own", methods: [${method('space: "outer"')}] }`, 'outer'],
])(
  'the library does not open with a plugin that %s, and the error names the plugin',
  async (_, source, says) => {
    const file = await plugin(source)
    const folder = await temporaryFolder()
    const opening = openTestLibrary(folder, { SHOTBOARD_PLUGINS: file })
    await expect(opening).rejects.toMatchObject({
      code: 'INVALID_PLUGIN',
      message: expect.stringMatching(/own.* cannot be used: ./),
    })
    await expect(opening).rejects.toThrow(says)
  },
)

test('the error for a missing plugin names it', async () => {
  for (const specifier of ['/nowhere/plugin.mjs', './nowhere.mjs', 'no-such-package']) {
    await expect(
      openTestLibrary(await temporaryFolder(), { SHOTBOARD_PLUGINS: specifier }),
    ).rejects.toMatchObject({
      code: 'INVALID_PLUGIN',
      message: expect.stringContaining(specifier),
    })
  }
})

test('the error for a missing or corrupt model file names it', async () => {
  const models = await temporaryFolder()
  const folder = join(models, 'mini-clip')
  await linkModel(folder, {
    vision: { file: 'other.onnx', input: 'pixels', adapterScaleInput: 'adapter_scale', output: 'features' },
  })
  const open = async () => openTestLibrary(await temporaryFolder(), { SHOTBOARD_MODELS_DIR: models })
  const invalid = { code: 'INVALID_MODEL', message: expect.stringContaining(join(folder, 'other.onnx')) }
  await expect(open()).rejects.toMatchObject(invalid)
  await writeFile(join(folder, 'other.onnx'), 'no model')
  await expect(open()).rejects.toMatchObject(invalid)
})

test('close waits for running computations', async () => {
  const library = await openTestLibrary(await temporaryFolder())
  const { id } = await makeDataset(library, 'Closed')
  const set = await library.supportSets.create({ dataset: id, shots: 2, seed: 1, augmentations: 1 })
  const images = await Promise.all(Array.from({ length: 40 }, (_, i) => base64(picture(i % 3, 2000 + i))))
  const input = {
    supportSet: set.id,
    images: images.map((image) => ({ base64: image })),
    methods: [{ method: 'tip-x', space: 'whitened' }],
    selection: 'LEAVE_ONE_OUT' as const,
    topK: 1,
  }
  const predicting = Promise.allSettled(Array.from({ length: 3 }, () => library.predict(input)))
  await setTimeout(30)
  await library.close()
  await predicting
})
