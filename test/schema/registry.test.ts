import { expect, test } from 'vitest'
import { colorOf } from '../../src/methods/colors.js'
import { builtin } from '../../src/plugins/builtin.js'
import { lineStyleOf } from '../../src/spaces/line-style.js'
import { makeDataset } from '../helpers/datasets.js'
import { base64, picture } from '../helpers/pictures.js'
import { outsiders } from '../helpers/plugins.js'
import { startTestServer } from '../helpers/server.js'

const { methods: builtinMethods = [], spaces: builtinSpaces = [] } = builtin()
const server = await startTestServer({ SHOTBOARD_PLUGINS: ` ${await outsiders()} ,` })

interface Method {
  readonly id: string
  readonly paper: { title: string; url: string } | null
  readonly space: { id: string } | null
  readonly terms: readonly { name: string; weight: string | null }[]
  readonly hyperparameters: readonly {
    name: string
    kind: string
    default: number
    min: number
    max: number
    steps: number
  }[]
}
const fields = `id name summary paper { title url } space { id } terms { name summary weight }
  hyperparameters { name kind default min max steps summary }`

test('every method tells its terms and its hyperparameters', async () => {
  const { methods } = await server.query<{ methods: Method[] }>(`{ methods { ${fields} } }`)
  const listed = methods.map(({ id, space }) => [id, space?.id])
  expect(listed).toEqual([
    ...builtinMethods.map(({ id, space }) => [id, space ?? undefined]),
    ['throwing', undefined],
    ['slow', undefined],
    ['bias', undefined],
  ])
  expect(listed).toEqual(
    expect.arrayContaining([
      ['zero-shot', undefined],
      ['tip-adapter', 'clip'],
      ['tip-adapter++', 'imo'],
      ['tip-x', 'clip'],
      ['tip-x++', 'imo'],
      ['prototype', 'shrunk'],
      ['gda', 'clip'],
    ]),
  )
  const tipX = methods.find(({ id }) => id === 'tip-x')
  expect(tipX?.hyperparameters).toMatchObject([
    { name: 'alpha', kind: 'WEIGHT', default: 1, min: 0, max: 20, steps: 200 },
    { name: 'beta', kind: 'SHAPE', default: 5.5, min: 0, max: 20, steps: 20 },
    { name: 'gamma', kind: 'WEIGHT', default: 1, min: 0, max: 30, steps: 50 },
  ])
  expect(tipX?.paper?.url).toMatch(/^https:/)
  for (const { terms, hyperparameters } of methods) {
    expect(terms.length).toBeGreaterThan(0)
    const names = hyperparameters.map(({ name }) => name)
    for (const { weight } of terms) if (weight !== null) expect(names).toContain(weight)
  }
})

test('a method is found by any of its names, a plugin’s as well', async () => {
  const find = async (id: string) =>
    (await server.query<{ method: Method }>(`query ($id: ID!) { method(id: $id) { ${fields} } }`, { id }))
      .method.id
  expect(await find('ta++')).toBe('tip-adapter++')
  expect(await find('TX++')).toBe('tip-x++')
  expect(await find('favourite')).toBe('bias')
})

test('spaces and encoders tell what they are and what goes with what', async () => {
  const { featureSpaces, encoders } = await server.query<{ featureSpaces: object[]; encoders: object[] }>(`{
    featureSpaces { id trained fittedOnSupport }
    encoders { id name dimensions imageSize logitScale isDefault isEmbedded spaces { id } }
  }`)
  expect(featureSpaces).toEqual([
    ...builtinSpaces.map(({ id, trained, fit }) => ({ id, trained, fittedOnSupport: fit !== undefined })),
    { id: 'mirrored', trained: false, fittedOnSupport: true },
  ])
  expect(featureSpaces).toEqual(
    expect.arrayContaining([
      { id: 'clip', trained: false, fittedOnSupport: false },
      { id: 'imo', trained: true, fittedOnSupport: false },
      { id: 'centred', trained: false, fittedOnSupport: true },
      { id: 'whitened', trained: false, fittedOnSupport: true },
      { id: 'shrunk', trained: false, fittedOnSupport: true },
      { id: 'imo+centred', trained: true, fittedOnSupport: true },
      { id: 'imo+whitened', trained: true, fittedOnSupport: true },
      { id: 'imo+shrunk', trained: true, fittedOnSupport: true },
    ]),
  )
  expect(encoders).toEqual([
    {
      id: 'mini-clip',
      name: 'Mini CLIP',
      dimensions: 192,
      imageSize: 64,
      logitScale: expect.closeTo(13.4192, 4),
      isDefault: true,
      isEmbedded: true,
      spaces: [...builtinSpaces.map(({ id }) => id), 'mirrored'].map((id) => ({ id })),
    },
  ])
})

test('a method that throws answers with its error, by name, and the others answer all the same', async () => {
  const dataset = await makeDataset(server.library, 'With a method that throws')
  const draw = { dataset: dataset.id, shots: 2, seed: 1, augmentations: 1 }
  const { id } = await server.library.supportSets.create(draw)
  const document = `query ($input: PredictInput!) { predict(input: $input) { predictions {
    method { id } hyperparameters { name } top { class { name } } neighbours { similarity } error { code message }
  } } }`
  const methods = ['zero-shot', 'throwing', 'tip-adapter'].map((method) => ({ method }))
  const images = [{ base64: await base64(picture(0, 1)) }, { base64: await base64(picture(1, 2)) }]
  const input = { source: { supportSet: id }, images, methods, topK: 2 }
  interface Answer {
    readonly method: { id: string }
    readonly top: readonly object[]
    readonly error: { code: string; message: string } | null
  }
  const { predict } = await server.query<{ predict: { predictions: Answer[] }[] }>(document, { input })
  expect(predict).toHaveLength(2)
  for (const { predictions } of predict) {
    expect(predictions.map(({ method, top }) => [method.id, top.length])).toEqual([
      ['zero-shot', 2],
      ['throwing', 0],
      ['tip-adapter', 2],
    ])
    expect(predictions[0]?.error).toBeNull()
    expect(predictions[1]?.error).toEqual({
      code: 'PLUGIN_FAILED',
      message: 'Plugin outsiders: the method throwing failed: this method always throws',
    })
  }
})

test('a plugin’s method and space predict and explain themselves as built-in ones do', async () => {
  const dataset = await makeDataset(server.library, 'Outside')
  const { id } = await server.library.supportSets.create({
    dataset: dataset.id,
    shots: 2,
    seed: 1,
    augmentations: 1,
  })
  const document = `query ($input: PredictInput!) { predict(input: $input) { predictions {
    method { id } space { id } hyperparameters { name value }
    top { logit contributions { term value } } neighbours { similarity image { id } }
  } } }`
  interface Prediction {
    readonly space: { id: string } | null
    readonly neighbours: readonly { similarity: number; image: { id: string } }[]
  }
  const { predict } = await server.query<{ predict: { predictions: Prediction[] }[] }>(document, {
    input: {
      source: { supportSet: id },
      images: [{ base64: await base64(picture(0, 1)) }],
      methods: [
        { method: 'bias', hyperparameters: [{ name: 'offset', value: 40 }] },
        { method: 'tip-adapter' },
        { method: 'tip-adapter', space: 'mirrored' },
        { method: 'slow' },
      ],
      selection: 'NONE',
      topK: 1,
    },
  })
  const [bias, plain, mirrored, slow] = predict[0]?.predictions ?? []
  expect(bias).toEqual({
    method: { id: 'bias' },
    space: null,
    hyperparameters: [{ name: 'offset', value: 40 }],
    top: [{ logit: 40, contributions: [{ term: 'first-class', value: 40 }] }],
    neighbours: [],
  })
  expect(mirrored?.space).toEqual({ id: 'mirrored' })
  expect(mirrored?.neighbours.map(({ image }) => image)).toEqual(plain?.neighbours.map(({ image }) => image))
  expect(slow).toMatchObject({ top: [{ logit: 0, contributions: [{ term: 'score', value: 0 }] }] })
})

test('a space tells what its fit depends on', async () => {
  const { featureSpaces } = await server.query<{
    featureSpaces: { id: string; hyperparameters: object[] }[]
  }>('{ featureSpaces { id hyperparameters { name symbol kind default min max steps } } }')
  const of = (id: string) => featureSpaces.find((space) => space.id === id)?.hyperparameters
  const lambda = { name: 'lambda', symbol: '\\lambda', kind: 'SHAPE', default: 0.5, min: 0, max: 1, steps: 7 }
  expect(of('whitened')).toEqual([lambda])
  expect(of('imo+whitened')).toEqual([lambda])
  expect(of('shrunk')).toEqual([])
})

test('methods, terms and spaces say how they are drawn, a plugin’s as well', async () => {
  const color = 'color { light dark }'
  const { methods, featureSpaces } = await server.query<{
    methods: { id: string; color: object; terms: { name: string; color: object }[] }[]
    featureSpaces: { id: string; marker: { name: string; path: string }; dash: string | null }[]
  }>(`{ methods { id ${color} terms { name ${color} } } featureSpaces { id marker { name path } dash } }`)
  const methodOf = (id: string) => methods.find((each) => each.id === id)
  expect(methodOf('tip-x')).toEqual({
    id: 'tip-x',
    color: { light: '#c7360f', dark: '#ff6a45' },
    terms: [
      { name: 'zero-shot', color: { light: '#5f6875', dark: '#8b95a5' } },
      { name: 'cache', color: { light: '#0b57d0', dark: '#3f86ff' } },
      { name: 'kl', color: { light: '#cb7e00', dark: '#ffc247' } },
    ],
  })
  expect(methodOf('bias')).toEqual({
    id: 'bias',
    color: colorOf({ id: 'bias' }),
    terms: [{ name: 'first-class', color: colorOf({ id: 'first-class' }) }],
  })
  const styles = Object.fromEntries(
    featureSpaces.map(({ id, marker, dash }) => [id, [marker.name, dash] as const]),
  )
  expect(styles).toMatchObject({
    clip: ['circle', null],
    imo: ['square', '7 3'],
    centred: ['triangle', '2 3'],
    whitened: ['diamond', '9 3 2 3'],
    shrunk: ['star', '12 3'],
    'imo+centred': ['hexagon', '2 3'],
    'imo+whitened': ['cross', '9 3 2 3'],
    'imo+shrunk': ['wye', '12 3'],
    mirrored: [lineStyleOf({ id: 'mirrored' }).marker.name, lineStyleOf({ id: 'mirrored' }).dash],
  })
})
