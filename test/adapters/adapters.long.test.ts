import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createEncoder } from '../../src/encoders/encoder.js'
import { readModelFolder } from '../../src/encoders/model-folder.js'
import type { OpenedLibrary } from '../../src/library/library.js'
import type { TrainingSettingsInput } from '../../src/training/settings.js'
import { makeDataset } from '../helpers/datasets.js'
import { filesBelow, temporaryFolder } from '../helpers/folder.js'
import { openTestLibrary } from '../helpers/library.js'
import { picture } from '../helpers/pictures.js'
import { root } from '../helpers/programs.js'
import { sharedRuntime } from '../helpers/shared.js'
import { smallTraining as settings, weightsOf } from '../helpers/training.js'

const query = await picture(1, 70)
const source = { id: 'f'.repeat(64), read: async () => query }

const featureIn = async (library: OpenedLibrary, space: string) => {
  const encoder = library.encoders.default
  return (await encoder.encodeImages([source], { spaces: [space] }))[space]?.data
}

const folder = await temporaryFolder()
const library = await openTestLibrary(folder)
const dataset = await makeDataset(library, 'Generic')

async function train(name: string, more: Partial<TrainingSettingsInput> = {}, where = library) {
  const [named] = [await where.store.datasets.findByName('Generic')]
  const { id } = await where.trainings.train({ ...settings, ...more, dataset: named?.id ?? '', name })
  return where.trainings.ended(id)
}

test('a trained adapter becomes a space of its encoder, with its provenance', async () => {
  const training = await train('first')
  expect(training).toMatchObject({ status: 'SUCCEEDED', error: null, step: 18, steps: 18 })
  expect(training.losses.map(([step]) => step)).toEqual(Array.from({ length: 18 }, (_, i) => i + 1))
  expect(library.encoders.default.spaces).toEqual(['clip', 'imo', 'imo:first'])

  const [listed] = await library.adapters.list()
  expect(listed).toMatchObject({
    name: 'first',
    encoder: 'mini-clip',
    bottleneck: 4,
    scale: 2,
    isUsed: false,
  })
  expect(listed?.training).toBe(training.id)
  expect(JSON.parse(listed?.provenance ?? '')).toMatchObject({
    encoder: { id: 'mini-clip', files: library.encoders.default.files },
    dataset: { id: dataset.id, sha256: await library.fingerprintDataset(dataset.id), images: 36, classes: 3 },
    settings: { ...settings, seed: 1, normalise: true },
    steps: 18,
  })

  // The same file as the adapter of a model folder.
  const model = await readModelFolder(join(root, 'models/mini-clip'))
  const manifest = { ...model.manifest, adapter: { file: listed?.file ?? '' } }
  const runtime = sharedRuntime()
  const encoder = createEncoder({ ...model, manifest }, runtime)
  const expected = (await encoder.encodeImages([source], { spaces: ['imo'] })).imo?.data
  const found = await featureIn(library, 'imo:first')
  expect(found).toEqual(expected)
  expect(found).not.toEqual(await featureIn(library, 'clip'))
  await encoder.close()
})

test('comparisons can use its space, also as the base of fitted spaces', async () => {
  const { id } = await library.comparisons.compare({
    dataset: dataset.id,
    shots: [2],
    seeds: [1],
    methods: [
      { method: 'tip-adapter', space: 'imo:first' },
      { method: 'tip-adapter', space: 'imo:first+whitened' },
    ],
    selection: 'LEAVE_ONE_OUT',
    klScaling: 'FROZEN',
    augmentations: 1,
  })
  await library.comparisons.ended(id)
  const runs = await library.store.comparisons.runs(id)
  expect(runs.map(({ space, status }) => [space, status])).toEqual([
    ['imo:first', 'SUCCEEDED'],
    ['imo:first+whitened', 'SUCCEEDED'],
  ])
  const { runs: documented } = await library.documentComparison(id)
  const { sha256 } = await library.adapters.find(null, 'first')
  expect(JSON.stringify(documented)).toContain(sha256)
})

test('the used adapter becomes imo, and clip stays the same bit for bit', async () => {
  const before = { clip: await featureIn(library, 'clip'), imo: await featureIn(library, 'imo') }
  const added = await featureIn(library, 'imo:first')
  const fingerprint = library.encoders.default.spaceFingerprint('imo')
  await library.adapters.use(null, 'first')
  expect(await featureIn(library, 'clip')).toEqual(before.clip)
  expect(await featureIn(library, 'imo')).toEqual(added)
  expect(await featureIn(library, 'imo:first')).toEqual(added)
  expect(library.encoders.default.spaceFingerprint('imo')).not.toBe(fingerprint)
  expect((await library.adapters.find(null, 'first')).isUsed).toBe(true)

  await library.adapters.use(null, null)
  expect(await featureIn(library, 'imo')).toEqual(before.imo)
  expect(library.encoders.default.spaceFingerprint('imo')).toBe(fingerprint)
})

describe('invalid requests and failures', () => {
  const expectRefused = async (
    code: string,
    argument: string | undefined,
    work: (where: OpenedLibrary) => Promise<unknown>,
  ) => {
    const where = library
    const before = [await where.adapters.list(), await where.store.trainings.unfinished()]
    await expect(work(where)).rejects.toMatchObject({ code, ...(argument && { argument }) })
    expect([await where.adapters.list(), await where.store.trainings.unfinished()]).toEqual(before)
  }
  const training = (more: object) => (where: OpenedLibrary) =>
    where.trainings.train({ ...settings, dataset: dataset.id, name: 'never', ...more })

  test.each([
    ['UNKNOWN_DATASET', 'dataset', { dataset: 'none' }],
    ['UNKNOWN_ENCODER', 'encoder', { encoder: 'none' }],
    ['TRAINING_IMAGES', 'dataset', { batch: 37 }],
    ['INVALID_VALUE', 'bottleneck', { bottleneck: 0 }],
    ['INVALID_VALUE', 'scale', { scale: -1 }],
    ['INVALID_VALUE', 'scale', { scale: Number.NaN }],
    ['INVALID_VALUE', 'rate', { rate: 0 }],
    ['INVALID_VALUE', 'batch', { batch: 1 }],
    ['INVALID_VALUE', 'name', { name: '../first' }],
    ['ADAPTER_EXISTS', 'name', { name: 'first' }],
  ])('%s at %s', (code, argument, more) => expectRefused(code, argument, training(more)))

  test('the supervised objective refuses a dataset with one class', async () => {
    const where = library
    const single = await where.datasets.create({ name: 'Single', classes: [{ name: 'only' }] })
    const images = await Promise.all(
      [0, 1, 2, 3].map(async (i) => ({
        image: { base64: (await picture(0, 500 + i)).toString('base64') },
        class: 'only',
        split: 'TEST' as const,
      })),
    )
    await where.datasets.addImages({ dataset: single.id, images })
    await expectRefused('TRAINING_IMAGES', 'dataset', training({ dataset: single.id }))
  })

  test('invalid files and names are refused, and a valid file is added', async () => {
    const where = library
    const content = await readFile((await where.adapters.find(null, 'first')).file)
    const add = (name: string, bytes: Uint8Array) => () => where.adapters.add({ name, content: bytes })
    await expectRefused('INVALID_ADAPTER', 'file', add('broken', Buffer.from('no adapter')))
    await expectRefused('INVALID_ADAPTER', 'file', add('cut', content.subarray(0, content.length - 100)))
    await expectRefused('ADAPTER_EXISTS', 'name', add('first', content))
    await expectRefused('INVALID_VALUE', 'name', add('UPPER', content))
    expect(await add('again', content)()).toMatchObject({ name: 'again', training: expect.any(String) })
    expect(await weightsOf(where, 'again')).toEqual(await weightsOf(where, 'first'))
    await where.adapters.remove(null, 'again')
    await expectRefused('UNKNOWN_ADAPTER', 'name', () => where.adapters.remove(null, 'again'))
    await expectRefused('UNKNOWN_ADAPTER', 'name', () => where.adapters.use(null, 'again'))
  })

  test('a training whose loss stops being finite fails with the step, and keeps its last checkpoint', async () => {
    const where = library
    // AdamW's steps are as large as the rate, so with a large rate and scale wide adapters soon overflow.
    const { id } = await where.trainings.train({
      ...{
        ...settings,
        dataset: dataset.id,
        name: 'diverged',
        bottleneck: 64,
        rate: 10,
        scale: 100,
        epochs: 400,
      },
    })
    const ended = await where.trainings.ended(id)
    expect(ended).toMatchObject({ status: 'FAILED', errorCode: 'TRAINING_DIVERGED' })
    expect(ended.error).toMatch(/step \d+/)
    expect((await filesBelow(join(folder, 'trainings', id))).length).toBe(1)
    expect((await where.adapters.list()).map(({ name }) => name)).not.toContain('diverged')
    await where.trainings.delete(id)
    expect(await filesBelow(join(folder, 'trainings')).catch(() => [])).toEqual([])
  })

  test('a dataset or a training is not deleted while the training runs', async () => {
    const where = library
    const { id } = await where.trainings.train({
      ...settings,
      dataset: dataset.id,
      epochs: 2000,
      name: 'long',
    })
    await expect(where.deletions.dataset(dataset.id)).rejects.toMatchObject({ code: 'IN_USE' })
    await expect(where.trainings.delete(id)).rejects.toMatchObject({ code: 'IN_USE' })
    await where.trainings.cancel(id)
    await expect(where.trainings.cancel(id)).rejects.toMatchObject({ code: 'TRAINING_FINISHED' })
  })
})
