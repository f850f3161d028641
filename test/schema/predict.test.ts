import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { imageIdOf } from '../../src/store/image-files.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { type Matrix, matrix, meanRow, rowOf, subtractRow, unitRows } from '../../src/tensor/matrix.js'
import { makeDataset } from '../helpers/datasets.js'
import { filesBelow } from '../helpers/folder.js'
import { base64, classNames, picture } from '../helpers/pictures.js'
import { sharedServer } from '../helpers/server.js'
import { sharedRuntime } from '../helpers/shared.js'

const server = await sharedServer()
const { library } = server
const dataset = await makeDataset(library, 'Known')
const supportSet = await library.supportSets.create({
  dataset: dataset.id,
  shots: 4,
  seed: 1,
  augmentations: 1,
})
const keys = await library.store.supportSets.images(supportSet.id)

const runtime = sharedRuntime()
const kernels = createKernels(runtime)

interface MethodPrediction {
  readonly method: { id: string }
  readonly space: { id: string } | null
  readonly hyperparameters: readonly { name: string; value: number }[]
  readonly temperature: number
  readonly top: readonly {
    class: { index: number; name: string }
    probability: number
    logit: number
    contributions: readonly { term: string; value: number }[]
  }[]
  readonly neighbours: readonly {
    image: { id: string; url: string }
    class: { index: number }
    similarity: number
  }[]
  readonly milliseconds: number
}
interface ImagePrediction {
  readonly inSupportSet: boolean
  readonly image: { id: string; width: number; height: number; url: string }
  readonly predictions: readonly MethodPrediction[]
}

const document = (neighbours: string) => `query ($input: PredictInput!) { predict(input: $input) {
  image { id width height url }
  inSupportSet
  predictions {
    method { id }
    space { id }
    hyperparameters { name value }
    temperature
    top { class { index name } probability logit contributions { term value } }
    neighbours${neighbours} { image { id url } class { index } similarity }
    milliseconds
  }
} }`

async function predict(input: object, neighbours = ''): Promise<readonly ImagePrediction[]> {
  const variables = { input: { source: { supportSet: supportSet.id }, ...input } }
  return (await server.query<{ predict: ImagePrediction[] }>(document(neighbours), variables)).predict
}

/** All but how long it took. */
const timeless = (predictions: readonly ImagePrediction[]) =>
  predictions.map(({ image, predictions: all }) => ({
    image,
    all: all.map(({ milliseconds: _, ...rest }) => rest),
  }))

const queries = await Promise.all([0, 1, 2].map((classIndex) => base64(picture(classIndex, 9000))))
const images = queries.map((data) => ({ base64: data }))
const methods = library.registry.methods.map(({ id }) => ({ method: id }))
/** Adapters change image features alone, so their spaces have no place for texts. */
const hasTexts = (space: string) => !space.startsWith('imo')
/** Each method in its own space, and one in all. The long tests have every method in every space. */
const everywhere = library.registry.methods.flatMap(({ id, space, spaces, needs = [] }) =>
  space === null
    ? [{ method: id }]
    : library.registry.spaces
        .filter((each) => spaces?.includes(each.id) ?? true)
        .filter((each) => !needs.includes('projected-texts') || hasTexts(each.id))
        .filter((each) => id === 'prototype' || each.id === space)
        .map((each) => ({ method: id, space: each.id })),
)

test('what the terms add makes the logit of every class', async () => {
  const predictions = await predict({ images, methods: everywhere, topK: 100 })
  expect(predictions.length).toBe(3)
  for (const { predictions: all } of predictions) {
    expect(all.map(({ method, space }) => [method.id, space?.id])).toEqual(
      everywhere.map((choice) => [choice.method, 'space' in choice ? choice.space : undefined]),
    )
    for (const { method, top } of all) {
      // A method that scores by itself is its own only term.
      const terms = library.registry.method(method.id).terms?.map(({ name }) => name) ?? ['score']
      expect(top.map((each) => each.class.index).sort()).toEqual([0, 1, 2])
      for (const { logit, contributions } of top) {
        expect(contributions.map(({ term }) => term)).toEqual(terms)
        const sum = contributions.reduce((total, { value }) => total + value, 0)
        expect(Math.abs(sum - logit)).toBeLessThan(1e-4)
      }
    }
  }
})

test('probabilities are the softmax of the logits divided by the temperature, the best class first', async () => {
  for (const { predictions } of await predict({ images, methods, topK: 3 })) {
    for (const { top, temperature } of predictions) {
      const powers = top.map(({ logit }) => Math.exp((logit - (top[0]?.logit ?? 0)) / temperature))
      const total = powers.reduce((sum, power) => sum + power, 0)
      for (const [i, { probability }] of top.entries()) {
        expect(probability).toBeCloseTo((powers[i] ?? NaN) / total, 6)
      }
      expect(top.map(({ logit }) => logit)).toEqual(top.map(({ logit }) => logit).sort((a, b) => b - a))
    }
  }
})

test('images of patterns as distinct as these are told apart from four shots', async () => {
  const choice = [{ method: 'tip-adapter', hyperparameters: [{ name: 'alpha', value: 20 }] }]
  const predictions = await predict({ images, methods: choice })
  expect(predictions.map((each) => each.predictions[0]?.top[0]?.class.name)).toEqual([...classNames])
})

test.each(library.registry.spaces.map(({ id }) => [id]))(
  'neighbours are the support images with the greatest cosine in %s',
  async (space) => {
    const [prediction] = await predict(
      { images: images.slice(1, 2), methods: [{ method: 'tip-adapter', space }] },
      '(first: 100)',
    )
    const expected = await cosines(space, Buffer.from(queries[1] ?? '', 'base64'))
    const neighbours = prediction?.predictions[0]?.neighbours ?? []
    expect(neighbours.map(({ image }) => image.id)).toEqual(expected.map(({ imageId }) => imageId))
    expect(neighbours.map((each) => each.class.index)).toEqual(expected.map(({ classIndex }) => classIndex))
    for (const [i, { similarity }] of neighbours.entries()) {
      expect(similarity).toBeCloseTo(expected[i]?.cosine ?? NaN, 4)
    }
  },
)

/** Every support image with its cosine in a space, the nearest first, without a cache. */
async function cosines(spaceId: string, query: Buffer) {
  const space = library.registry.space(spaceId)
  const encode = async (ids: readonly string[], read: (id: string) => Promise<Buffer>) => {
    const sources = ids.map((id) => ({ id, read: () => read(id) }))
    const features = await library.encoders.default.encodeImages(sources, { spaces: [space.base] })
    return features[space.base] ?? matrix(0, 0)
  }
  const support = await encode(
    keys.map(({ imageId }) => imageId),
    library.imageFiles.read,
  )
  const project = await projectionOf(spaceId, support)
  const [u, g] = [await project(await encode([imageIdOf(query)], async () => query)), await project(support)]
  return keys
    .map((key, i) => ({ ...key, cosine: dot(rowOf(u, 0), rowOf(g, i)) }))
    .sort((a, b) => b.cosine - a.cosine)
}

async function projectionOf(space: string, support: Matrix): Promise<(features: Matrix) => Promise<Matrix>> {
  if (space === 'centred') return async (features) => unitRows(subtractRow(features, meanRow(support)))
  const labels = Int32Array.from(keys, ({ classIndex }) => classIndex)
  const generic = await library.generics.of(library.encoders.default, dataset.id)
  const fitted = await library.registry
    .space(space)
    .fit?.({ features: support, labels, textClassifier: null, generic }, kernels)
  return async (features) => fitted?.project(features) ?? features
}

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, k) => sum + value * (b[k] ?? NaN), 0)

test('three neighbours are told unless asked otherwise; a method that compares no images has none', async () => {
  const choices = [{ method: 'zero-shot' }, { method: 'tip-x' }]
  const countsFor = async (neighbours: string) =>
    (await predict({ images: images.slice(0, 1), methods: choices }, neighbours))[0]?.predictions.map(
      (each) => each.neighbours.length,
    )
  expect(await countsFor('')).toEqual([0, 3])
  expect(await countsFor('(first: null)')).toEqual([0, 3])
  expect(await countsFor('(first: 0)')).toEqual([0, 0])
  expect(await countsFor('(first: 5)')).toEqual([0, 5])
})

test('a support image is told, and compared with the others but not with itself', async () => {
  const own = keys[5] as (typeof keys)[number]
  const request = { images: [{ id: own.imageId }, ...images.slice(0, 1)], methods: everywhere }
  const [known, strange] = await predict(request, '(first: 100)')
  expect([known?.inSupportSet, strange?.inSupportSet]).toEqual([true, false])
  for (const { neighbours, space } of known?.predictions ?? []) {
    if (space === null) continue
    expect(neighbours.map(({ image }) => image.id)).not.toContain(own.imageId)
    // One image of each of the three classes is left out, as in leave-one-out.
    expect(neighbours.length).toBe(keys.length - 3)
  }
  for (const { neighbours, space } of strange?.predictions ?? []) {
    if (space !== null) expect(neighbours.length).toBe(keys.length)
  }
})

test('a support image is its own nearest neighbour where its own key is asked for', async () => {
  const own = keys[5]?.imageId
  const [prediction] = await predict({
    images: [{ id: own }],
    methods: [{ method: 'TX++' }],
    includeOwnKey: true,
  })
  expect(prediction?.inSupportSet).toBe(true)
  expect(prediction?.predictions[0]?.neighbours[0]).toMatchObject({
    image: { id: own, url: `/images/${own}` },
    similarity: expect.closeTo(1, 5),
  })
})

test('methods are found by id, name and alias, in upper or lower case', async () => {
  const names = ['TA++', 'tx++', 'tip-X', 'Zero-shot clip', 'ta']
  const [prediction] = await predict({
    images: images.slice(0, 1),
    methods: names.map((method) => ({ method })),
  })
  expect(prediction?.predictions.map(({ method, space }) => [method.id, space?.id])).toEqual([
    ['tip-adapter++', 'imo'],
    ['tip-x++', 'imo'],
    ['tip-x', 'clip'],
    ['zero-shot', undefined],
    ['tip-adapter', 'clip'],
  ])
})

test('five classes are told unless topK says otherwise', async () => {
  const [one] = await predict({ images: images.slice(0, 1), methods, topK: 1 })
  expect(one?.predictions.map(({ top }) => top.length)).toEqual(methods.map(() => 1))
})

test('hyperparameters are selected, given, or their defaults', async () => {
  const valuesFor = async (selection: string | undefined, hyperparameters?: object[]) => {
    const [prediction] = await predict({
      images: images.slice(0, 1),
      methods: [{ method: 'tip-x', hyperparameters }],
      ...(selection && { selection }),
    })
    return Object.fromEntries(
      prediction?.predictions[0]?.hyperparameters.map((each) => [each.name, each.value]) ?? [],
    )
  }
  expect(await valuesFor('NONE')).toEqual({ alpha: 1, beta: 5.5, gamma: 1 })
  expect(await valuesFor('NONE', [{ name: 'beta', value: 2.25 }])).toEqual({ alpha: 1, beta: 2.25, gamma: 1 })
  for (const selection of ['VALIDATION', undefined]) {
    const values = await valuesFor(selection, [{ name: 'gamma', value: 0 }])
    expect(values.gamma).toBe(0)
    const { grid: betas = [] } = library.registry.method('tip-x').hyperparameters.beta ?? {}
    expect(betas).toContain(values.beta)
  }
  expect(await valuesFor('LEAVE_ONE_OUT')).toEqual(await valuesFor(undefined))
})

test('the same request gives the same answer, and an image alone the same as among others', async () => {
  const request = { images, methods: everywhere, selection: 'VALIDATION' }
  const first = timeless(await predict(request))
  expect(timeless(await predict(request))).toEqual(first)
  const alone = timeless(await predict({ ...request, images: images.slice(2) }))
  for (const [m, { method, top }] of alone[0]?.all.entries() ?? []) {
    // It classifies images together.
    if (library.registry.method(method.id).transductive) continue
    const together = first[2]?.all[m]
    expect(top.map((each) => each.class)).toEqual(together?.top.map((each) => each.class))
    // Another batch size is another order of summation: float32 allows a few 1e-6 of a logit.
    for (const [i, { logit }] of top.entries()) {
      const expected = together?.top[i]?.logit ?? NaN
      expect(Math.abs(logit - expected)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(expected)))
    }
  }
})

test('an image that is given is not stored, and its url is its bytes', async () => {
  const sizes = async () => {
    const folder = join(server.settings.dataDirectory, 'features')
    const files = await filesBelow(folder)
    return Promise.all(files.map(async (file) => [file, (await stat(file)).size]))
  }
  // The support set's features are stored when they are first needed.
  await predict({ images: images.slice(0, 1), methods: everywhere })
  const before = [await server.counts(), await sizes()]

  const fresh = await picture(1, 9100)
  const [prediction] = await predict({ images: [{ base64: fresh.toString('base64') }], methods: everywhere })
  expect(prediction?.image).toEqual({
    id: imageIdOf(fresh),
    width: 40,
    height: 40,
    url: `data:image/png;base64,${fresh.toString('base64')}`,
  })
  expect([await server.counts(), await sizes()]).toEqual(before)
})

test('an image that cannot be read has its own error, and the others have their answers', async () => {
  const truncated = Buffer.from(queries[1] ?? '', 'base64').subarray(0, -300)
  const single = await library.datasets.create({ name: 'Broken', classes: [{ name: 'red stripes' }] })
  await library.datasets.addImages({
    dataset: single.id,
    images: [{ image: { base64: queries[0] ?? '' }, class: 'red stripes', split: 'SUPPORT_POOL' }],
  })
  const set = await library.supportSets.create({ dataset: single.id, shots: 1, seed: 1, augmentations: 1 })
  const [first, , third] = images
  const given = [
    first,
    { base64: truncated.toString('base64') },
    { id: 'f'.repeat(64) },
    { base64: 'é' },
    third,
  ]
  const { predict: answers } = await server.query<{
    predict: { error: { code: string; message: string } | null; predictions: object[] }[]
  }>(
    'query ($input: PredictInput!) { predict(input: $input) { error { code message } predictions { top { logit } } } }',
    { input: { source: { supportSet: set.id }, images: given, methods } },
  )
  expect(answers.map(({ error }) => error?.code)).toEqual([
    undefined,
    'INVALID_IMAGE',
    'UNKNOWN_IMAGE',
    'INVALID_BASE64',
    undefined,
  ])
  expect(answers.map(({ predictions }) => predictions.length)).toEqual([
    methods.length,
    0,
    0,
    0,
    methods.length,
  ])
})

test('where no image can be read, each says so', async () => {
  const given = [{ base64: Buffer.from('no image').toString('base64') }]
  expect(await predict({ images: given, methods })).toMatchObject([
    { image: { width: 0, height: 0 }, inSupportSet: false, predictions: [] },
  ])
})

test('an image may be uploaded', async () => {
  const file = await picture(2, 9200)
  const input = {
    source: { supportSet: supportSet.id },
    images: [{ upload: null }],
    methods: [{ method: 'zero-shot' }],
  }
  const { data, errors } = await server.upload<{ predict: ImagePrediction[] }>(
    document(''),
    { input },
    { 'input.images.0.upload': file },
  )
  expect(errors).toBeUndefined()
  expect(data?.predict[0]?.image.id).toBe(imageIdOf(file))
})

test('a dataset of one class and one shot can be predicted with', async () => {
  const single = await library.datasets.create({ name: 'Single', classes: [{ name: 'red stripes' }] })
  await library.datasets.addImages({
    dataset: single.id,
    images: [{ image: { base64: queries[0] ?? '' }, class: 'red stripes', split: 'SUPPORT_POOL' }],
  })
  const set = await library.supportSets.create({ dataset: single.id, shots: 1, seed: 1, augmentations: 3 })
  for (const { predictions } of await predict({
    source: { supportSet: set.id },
    images,
    methods: everywhere,
  })) {
    for (const { top } of predictions) expect(top).toMatchObject([{ class: { index: 0 }, probability: 1 }])
  }
})
