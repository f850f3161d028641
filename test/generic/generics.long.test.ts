import { join } from 'node:path'
import { expect, test } from 'vitest'
import { formatSource, formatSources, parseSource, parseSources } from '../../src/generic/source-file.js'
import type { OpenedLibrary } from '../../src/library/library.js'
import { matrix } from '../../src/tensor/matrix.js'
import { makeDataset } from '../helpers/datasets.js'
import { temporaryFolder } from '../helpers/folder.js'
import { openTestLibrary } from '../helpers/library.js'
import { compare, linkModel, request } from '../helpers/library-comparisons.js'
import { base64, picture } from '../helpers/pictures.js'

const inGeneric = { methods: [{ method: 'prototype', space: 'generic+shrunk' }] }

/** A library whose only encoder came without a generic covariance. */
async function openWithout(): Promise<OpenedLibrary> {
  const folder = await temporaryFolder()
  await linkModel(join(folder, 'models/bare'), { id: 'bare' })
  return openTestLibrary(folder, { SHOTBOARD_ENCODER: 'bare' })
}

/** Pictures of other classes than those of `makeDataset`: all of its training images are others. */
async function makeOther(library: OpenedLibrary, name: string, from: number): Promise<string> {
  const { id } = await library.datasets.create({ name, classes: [{ name: 'left' }, { name: 'right' }] })
  const images = [0, 1, 2, 3, 4, 5].map(async (i) => ({
    image: { base64: await base64(picture(i % 2, from + i)) },
    class: i % 2 === 0 ? 'left' : 'right',
    split: i < 4 ? ('SUPPORT_POOL' as const) : ('TEST' as const),
  }))
  await library.datasets.addImages({ dataset: id, images: await Promise.all(images) })
  return id
}

const runOf = async ({ comparisons, runs }: OpenedLibrary, id: string) => {
  const [run] = await comparisons.runs(id)
  return { run, code: await runs.code(run?.id ?? '') }
}

test('the embedded encoder has a generic covariance; what was fitted replaces it, and makes another run', async () => {
  const library = await openTestLibrary(await temporaryFolder())
  const { id } = await makeDataset(library, 'Classified')
  const other = await makeOther(library, 'Other', 7000)
  const { encoders, generics } = library
  expect(await generics.sources(encoders.default)).toEqual([
    { name: 'emoji', dataset: null, images: 3224, classes: 1612 },
  ])
  const first = await compare(library, request(id, inGeneric))
  expect(first.status).toBe('SUCCEEDED')
  const shipped = await runOf(library, first.id)
  expect(shipped.code?.generic).toBe((await generics.of(encoders.default, id))?.fingerprint)

  const fitted = [{ name: 'Other', dataset: other, images: 4, classes: 2 }]
  expect(await generics.fit({ datasets: [other] })).toEqual(fitted)
  expect(await generics.sources(encoders.default)).toEqual(fitted)
  const second = await runOf(library, (await compare(library, request(id, inGeneric))).id)
  expect(second.run?.fingerprint).not.toBe(shipped.run?.fingerprint)
  expect(second.code?.generic).not.toBe(shipped.code?.generic)
  const documented = await library.documentComparison(first.id)
  expect(JSON.stringify(documented)).toContain(String(shipped.code?.generic))
})

test('predictions by a support set use what was fitted last', async () => {
  const library = await openTestLibrary(await temporaryFolder())
  const { id } = await makeDataset(library, 'Asked')
  const other = await makeOther(library, 'Other', 7000)
  const draw = { dataset: id, shots: 2, seed: 1, augmentations: 1, drawing: 'EXACT' as const }
  const { id: supportSet } = await library.supportSets.create(draw)
  const image = { base64: await base64(picture(0, 99)) }
  const logits = async (held: OpenedLibrary) => {
    const [answer] = await held.predict({ supportSet, images: [image], methods: inGeneric.methods, topK: 3 })
    return answer?.predictions[0]?.top.map(({ logit }) => logit)
  }
  const shipped = await logits(library)
  await library.generics.fit({ datasets: [other] })
  expect(await logits(library)).not.toEqual(shipped)
})

test('a source is used neither on its own dataset nor on one that shares an image with it', async () => {
  const library = await openWithout()
  const { encoders, generics } = library
  const own = await makeOther(library, 'Own', 7000)
  // One of its test images is an image of the other's support pool.
  const sharing = await makeOther(library, 'Sharing', 7004)
  const apart = await makeOther(library, 'Apart', 8000)
  await generics.fit({ datasets: [own] })
  expect((await generics.of(encoders.default, apart))?.sources).toMatchObject([{ name: 'Own' }])
  expect((await generics.of(encoders.default, own))?.sources).toMatchObject([{ name: 'Apart' }])
  await generics.fit({ datasets: [sharing] })
  expect((await generics.of(encoders.default, own))?.sources).toMatchObject([{ name: 'Apart' }])
})

test('without a fitted one, other datasets are measured, the same ones from then on; without any, it is an error', async () => {
  const library = await openWithout()
  const { encoders, generics } = library
  const { id } = await makeDataset(library, 'Classified')
  await expect(library.comparisons.compare(request(id, inGeneric))).rejects.toMatchObject({
    code: 'GENERIC_REQUIRED',
    argument: 'methods[0].space',
  })
  await makeOther(library, 'First', 7000)
  const chosen = await generics.of(encoders.default, id)
  expect(chosen?.sources).toMatchObject([{ name: 'First', images: 4, classes: 2 }])
  expect((await compare(library, request(id, inGeneric))).status).toBe('SUCCEEDED')
  await makeOther(library, 'Second', 8000)
  expect((await generics.of(encoders.default, id))?.fingerprint).toBe(chosen?.fingerprint)
})

test('where the only source is the dataset itself, the error says so and what to do', async () => {
  const library = await openWithout()
  const { id, name } = await makeDataset(library, 'Alone')
  await library.generics.fit({ datasets: [id] })
  await expect(library.comparisons.compare(request(id, inGeneric))).rejects.toMatchObject({
    code: 'GENERIC_REQUIRED',
    argument: 'methods[0].space',
    message: expect.stringContaining(
      `${name} cannot serve: it has some of the very images that are measured. Import another dataset`,
    ),
  })
})

test('a dataset of one class, an unknown one, or none is refused, and the earlier sources stay', async () => {
  const library = await openTestLibrary(await temporaryFolder())
  const { generics, encoders } = library
  const good = await makeOther(library, 'Good', 7000)
  await generics.fit({ datasets: [good] })
  const lone = await library.datasets.create({ name: 'Lone', classes: [{ name: 'only' }] })
  const images = [1, 2].map(async (i) => ({
    ...{ image: { base64: await base64(picture(0, 9000 + i)) }, class: 'only' },
    split: 'SUPPORT_POOL' as const,
  }))
  await library.datasets.addImages({ dataset: lone.id, images: await Promise.all(images) })
  const refused = async (datasets: readonly string[]) =>
    generics.fit({ datasets }).catch((error: unknown) => error)
  expect(await refused([good, lone.id])).toMatchObject({
    code: 'INVALID_GENERIC',
    message: '"Lone" cannot be a source of a generic covariance: it has one class, and needs two.',
  })
  expect(await refused(['none'])).toMatchObject({ code: 'UNKNOWN_DATASET', argument: 'datasets[0]' })
  expect(await refused([])).toMatchObject({ code: 'EMPTY_LIST', argument: 'datasets' })
  expect(await generics.sources(encoders.default)).toMatchObject([{ name: 'Good' }])
})

test('of two fits at once one counts, with all of its sources', async () => {
  const library = await openTestLibrary(await temporaryFolder())
  const { generics, encoders } = library
  const [a, b, c] = [
    await makeOther(library, 'A', 7000),
    await makeOther(library, 'B', 8000),
    await makeOther(library, 'C', 9000),
  ]
  await Promise.all([generics.fit({ datasets: [a, b] }), generics.fit({ datasets: [c] })])
  const names = (await generics.sources(encoders.default)).map(({ name }) => name)
  expect([['A', 'B'], ['C']]).toContainEqual(names)
})

test('no source is fitted while a comparison with the encoder is unfinished', async () => {
  const library = await openTestLibrary(await temporaryFolder())
  const { id } = await makeDataset(library, 'Classified')
  const other = await makeOther(library, 'Other', 7000)
  const asked = await library.comparisons.compare(request(id, inGeneric))
  await expect(library.generics.fit({ datasets: [other] })).rejects.toMatchObject({
    code: 'IN_USE',
    argument: 'encoder',
  })
  await library.comparisons.cancel(asked.id)
})

test('a copy of a dataset is no source for it, whatever its name and its classes', async () => {
  const library = await openWithout()
  const own = await makeOther(library, 'Own', 7000)
  await makeOther(library, 'Copy', 7000)
  expect(await library.generics.of(library.encoders.default, own)).toBeNull()
})

test('what was measured on a dataset outlives it; a dataset that was not measured yet is replaced by others', async () => {
  const library = await openWithout()
  const { encoders, generics, deletions } = library
  const { id } = await makeDataset(library, 'Classified')
  const first = await makeOther(library, 'First', 7000)
  expect((await generics.of(encoders.default, id))?.sources).toMatchObject([{ name: 'First' }])
  await deletions.dataset(first)
  expect(await generics.of(encoders.default, id)).toBeNull()
  const second = await makeOther(library, 'Second', 8000)
  const before = await compare(library, request(id, inGeneric))
  expect(before.status).toBe('SUCCEEDED')
  await deletions.dataset(second)
  const chosen = await generics.of(encoders.default, id)
  expect(chosen?.sources).toMatchObject([{ name: 'Second' }])
  expect((await runOf(library, before.id)).code?.generic).toBe(chosen?.fingerprint)
  expect((await compare(library, request(id, { ...inGeneric, seeds: [2] }))).status).toBe('SUCCEEDED')
})

test('a source that was fitted outlives its dataset', async () => {
  const library = await openWithout()
  const { encoders, generics, deletions } = library
  const { id } = await makeDataset(library, 'Classified')
  const other = await makeOther(library, 'Other', 7000)
  await generics.fit({ datasets: [other] })
  await deletions.dataset(other)
  expect(await generics.sources(encoders.default)).toMatchObject([{ name: 'Other', images: 4 }])
  expect((await compare(library, request(id, inGeneric))).status).toBe('SUCCEEDED')
})

test('an image alone gets an answer in every generic space, also from a method for many images', async () => {
  const library = await openTestLibrary(await temporaryFolder())
  const { id } = await makeDataset(library, 'Asked')
  const draw = { dataset: id, shots: 1, seed: 1, augmentations: 1, drawing: 'EXACT' as const }
  const { id: supportSet } = await library.supportSets.create(draw)
  const image = { base64: await base64(picture(0, 99)) }
  const spaces = ['generic', 'generic+centred', 'generic+shrunk', 'plda']
  const methods = [
    ...spaces.map((space) => ({ method: 'prototype', space })),
    { method: 'shared-prototype', space: 'plda' },
  ]
  const [answer] = await library.predict({ supportSet, images: [image], methods, topK: 1 })
  for (const { top } of answer?.predictions ?? []) expect(Number.isFinite(top[0]?.logit)).toBe(true)
  expect(answer?.predictions).toHaveLength(5)
  expect(answer?.predictions[4]?.note).toBe(
    'Decided for this image alone. It is Prototype, whose class means this image moves a little.',
  )
})

test('a stored source is read as it was written; a damaged file is named', () => {
  const written = {
    within: matrix(2, 2, Float32Array.of(1, 0.5, 0.5, 2)),
    between: matrix(2, 2, Float32Array.of(3, -1, -1, 4)),
    marks: new Set(['00000000ffffffff', '89abcdef01234567']),
    ...{ name: 'photos', dataset: 'd', encoder: 'e', images: 9, classes: 3 },
  }
  const bytes = formatSource(written)
  const { sha256, ...read } = parseSource(bytes, 'photos.safetensors')
  expect(read).toEqual(written)
  expect(sha256).toMatch(/^[0-9a-f]{64}$/)
  expect(() => parseSource(bytes.slice(0, 100), 'cut.safetensors')).toThrow('cut.safetensors')
  const both = formatSources([written, { ...written, name: 'others' }])
  expect(parseSources(both, 'fitted').map(({ name }) => name)).toEqual(['photos', 'others'])
  expect(parseSources(both, 'fitted')[0]?.sha256).toBe(sha256)
  for (const end of [2, 100, both.length - 1]) {
    expect(() => parseSources(both.subarray(0, end), 'fitted')).toThrow('fitted cannot be a source')
  }
})
