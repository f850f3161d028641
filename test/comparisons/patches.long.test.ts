import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { temporaryFolder } from '../helpers/folder.js'
import { openTestLibrary } from '../helpers/library.js'
import { compare, countEncoded, request } from '../helpers/library-comparisons.js'
import { base64, picture } from '../helpers/pictures.js'
import { root } from '../helpers/programs.js'
import type { OutsideCase } from '../plugins/outside-plugins.js'
import { calipLogits } from '../reference/calip.js'

// CALIP as an outside package, on images: what it is given of patches, and what becomes of it in every request.

const plugin = `outside=${join(root, 'test/plugins/outside/calip/index.js')}`
const calip = 'outside.calip'
const off = (given: readonly number[], wanted: readonly number[]): number =>
  Math.max(...wanted.map((value, i) => Math.abs(value - (given[i] ?? Number.NaN))))

test('CALIP as written out for this test is that in NumPy', async () => {
  const golden = JSON.parse(await readFile(join(root, 'test/golden/outside-methods.json'), 'utf8'))
  for (const { T, W, patches, results } of golden.cases as OutsideCase[]) {
    const own = results.filter(({ method }) => method === 'calip')
    expect(own.length).toBeGreaterThan(0)
    for (const { values, logits } of own) {
      for (const [i, image] of T.entries()) {
        const given = { image, patches: patches[i] ?? [], texts: W }
        const { beta2 = 0, beta3 = 0 } = values
        expect(off(calipLogits(given, { scale: 100, beta2, beta3 }), logits[i] ?? [])).toBeLessThan(2e-4)
      }
    }
  }
})

test('a method that needs patches is compared, predicts and classifies with an encoder that gives them', async () => {
  const models = await temporaryFolder()
  await cp(join(root, 'models/mini-clip'), join(models, 'mini-clip'), { recursive: true })
  await cp(join(root, 'test/encoders/fixtures/models/siglip-tiny'), join(models, 'pooled'), {
    recursive: true,
  })
  const library = await openTestLibrary(await temporaryFolder(), {
    SHOTBOARD_PLUGINS: plugin,
    SHOTBOARD_MODELS_DIR: models,
  })
  const { id: dataset } = await makeDataset(library, 'of patches')
  const { id: supportSet } = await library.supportSets.create({
    dataset,
    shots: 2,
    seed: 1,
    augmentations: 1,
  })
  const tested = await Promise.all(
    [0, 1, 2].flatMap((c) =>
      [0, 1, 2, 3].map(async (i) => ({ label: c, data: await base64(picture(c, 2000 + i)) })),
    ),
  )
  const images = tested.map(({ data }) => ({ base64: data }))
  const answers = await library.predict({
    ...{ images, supportSet, topK: 3, selection: 'NONE' },
    methods: [{ method: calip }],
  })

  const encoder = library.encoders.get('mini-clip')
  const { clip, patches } = await encoder.encodeImages(
    tested.map(({ data }, i) => ({ id: String(i), read: async () => Buffer.from(data, 'base64') })),
    { spaces: ['clip', 'patches'] },
  )
  const classes = await library.encodedData.classes(dataset)
  const texts = await library.encodedData.textClassifier(encoder, classes)
  const rowsOf = (data: Float32Array | undefined, row: number, rows: number) =>
    Array.from({ length: rows }, (_, i) => [...(data?.subarray((row + i) * 192, (row + i + 1) * 192) ?? [])])
  const expected = tested.map((_, i) =>
    calipLogits(
      {
        image: rowsOf(clip?.data, i, 1)[0] ?? [],
        patches: rowsOf(patches?.data, 16 * i, 16),
        texts: rowsOf(texts.data, 0, 3),
      },
      { scale: encoder.logitScale, beta2: 0.5, beta3: 0.02 },
    ),
  )
  const logitsOf = (top: readonly { readonly class: { readonly index: number }; readonly logit: number }[]) =>
    [...top].sort((a, b) => a.class.index - b.class.index).map(({ logit }) => logit)
  for (const [i, { predictions }] of answers.entries()) {
    expect(predictions[0]?.error).toBeNull()
    expect(off(logitsOf(predictions[0]?.top ?? []), expected[i] ?? [])).toBeLessThan(2e-4)
  }

  const encoded = countEncoded(library)
  const runsOf = async (input: typeof asked) => {
    const { id } = await compare(library, input)
    return library.comparisons.runs(id)
  }
  const asked = request(dataset, {
    ...{ selection: 'NONE', encoder: 'mini-clip' },
    methods: [{ method: calip }, { method: 'tip-adapter' }],
  })
  const [run] = await runsOf(asked)
  const right = tested.filter(({ label }, i) => {
    const logits = expected[i] ?? []
    return logits.indexOf(Math.max(...logits)) === label
  })
  expect(run).toMatchObject({ status: 'SUCCEEDED', method: calip })
  expect(run?.result?.accuracy).toBeCloseTo((100 * right.length) / tested.length, 6)
  expect(encoded()).toBeGreaterThan(0)
  // What is stored is not encoded again, whatever selects on it; with views of the support set, those and nothing else are.
  const before = encoded()
  const again = await runsOf({ ...asked, selection: 'LEAVE_ONE_OUT', methods: [{ method: calip }] })
  expect(again.map(({ status }) => status)).toEqual(['SUCCEEDED'])
  expect(encoded()).toBe(before)
  const views = await runsOf({ ...asked, augmentations: 2, methods: [{ method: calip }] })
  expect(views.map(({ status, result }) => [status, result?.accuracy])).toEqual([
    ['SUCCEEDED', run?.result?.accuracy],
  ])
  expect(encoded() - before).toBe(6)

  await library.classifiers.create({ name: 'by patches', supportSet, method: calip, selection: 'NONE' })
  const classified = await library.classifiers.classify({ classifier: 'by patches', images, topK: 3 })
  for (const [i, { top }] of classified.entries()) {
    expect(off(logitsOf(top), expected[i] ?? [])).toBeLessThan(2e-4)
  }

  const evaluated = await library.classifiers.evaluate('by patches', { dataset })
  expect(evaluated.images).toBe(tested.length)
  expect(evaluated.accuracy?.mean).toBeCloseTo((100 * right.length) / tested.length, 6)

  const refused = library.comparisons.compare({ ...asked, encoder: 'pooled' })
  await expect(refused).rejects.toMatchObject({ code: 'PATCHES_REQUIRED', argument: 'methods[0].method' })
  await expect(refused).rejects.toThrow(/outside\.calip needs .* encoder pooled gives none/)
})
