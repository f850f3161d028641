import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { labelledPictures, makeDataset } from '../helpers/datasets.js'
import { base64, classNames, picture, pngHeader } from '../helpers/pictures.js'
import { startTestServer } from '../helpers/server.js'

const server = await startTestServer({ SHOTBOARD_MAX_REQUEST_MB: '1' })
const { library } = server

const full = await makeDataset(library, 'Full', { SUPPORT_POOL: 2, VALIDATION: 1, TEST: 1 })
const untested = await makeDataset(library, 'Untested', { SUPPORT_POOL: 1, VALIDATION: 1 })
const single = await makeDataset(library, 'Single', { SUPPORT_POOL: 1, VALIDATION: 1 })
await library.datasets.addImages({
  dataset: single.id,
  images: [{ image: { base64: await base64(picture(0, 5000)) }, class: classNames[0], split: 'TEST' }],
})
const unvalidated = await makeDataset(library, 'Unvalidated', { SUPPORT_POOL: 1, TEST: 1 })
const lopsided = await makeDataset(library, 'Lopsided', { TEST: 1, VALIDATION: 1 })
await library.datasets.addImages({
  dataset: lopsided.id,
  images: (await labelledPictures({ SUPPORT_POOL: 2 })).slice(0, 3),
})
const supportSets = await Promise.all(
  [full, unvalidated].map(({ id }) =>
    library.supportSets.create({ dataset: id, shots: 1, seed: 1, augmentations: 1 }),
  ),
)
const [supportSet, unvalidatedSet] = supportSets.map(({ id }) => id)
const compared = await library.comparisons.compare({
  dataset: full.id,
  shots: [1],
  seeds: [1],
  methods: [{ method: 'zero-shot' }],
  selection: 'NONE',
  klScaling: 'FROZEN',
  augmentations: 1,
})
await library.comparisons.ended(compared.id)

const good = await picture(0, 5000)
const png = good.toString('base64')
const jpeg = await sharp(good).jpeg().toBuffer()
const broken = {
  'letters that are no base64': ['å∫ç', 'INVALID_BASE64', 'not valid base64'],
  'a data URL that is no base64': ['data:image/svg+xml,<svg/>', 'INVALID_BASE64', 'not valid base64'],
  'base64 that is no image': [
    Buffer.from('hello').toString('base64'),
    'INVALID_IMAGE',
    'cannot be read as an image',
  ],
  'an SVG': [
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>').toString('base64'),
    'INVALID_IMAGE',
    'an SVG',
  ],
  'a truncated PNG': [
    good.subarray(0, good.length - 300).toString('base64'),
    'INVALID_IMAGE',
    'cannot be read',
  ],
  'a truncated JPEG': [
    jpeg.subarray(0, jpeg.length - 150).toString('base64'),
    'INVALID_IMAGE',
    'cannot be read',
  ],
  'a JPEG cut within its header': [
    jpeg.subarray(0, 20).toString('base64'),
    'INVALID_IMAGE',
    'cannot be read',
  ],
  'zero bytes': ['', 'INVALID_IMAGE', 'no bytes'],
  'a data URL of zero bytes': ['data:image/png;base64,', 'INVALID_IMAGE', 'no bytes'],
  'more than 64 megapixels': [pngHeader(8001, 8000).toString('base64'), 'IMAGE_TOO_LARGE', '8001 × 8000'],
  'as many pixels as a header can say': [
    pngHeader(2 ** 31 - 1, 2 ** 31 - 1).toString('base64'),
    undefined,
    '',
  ],
} as const

const nowhere = '0190a5b0-0000-7000-8000-000000000000'
const before = await server.counts()

interface Wrong {
  readonly code: string
  readonly argument: string | undefined
  readonly says?: string
}

/** What an operation with a mistake in it must come to. */
async function expectProblem(document: string, variables: object, { code, argument, says = '' }: Wrong) {
  const { data, errors, status } = await server.ask<Record<string, unknown>>(document, variables)
  expect(errors?.map(({ extensions }) => extensions)).toEqual([
    argument === undefined ? expect.objectContaining({ code }) : { code, argument },
  ])
  expect(errors?.[0]?.message).toContain(says)
  expect(errors?.[0]?.message).not.toMatch(/prisma|sqlite|node_modules/i)
  for (const value of Object.values(data ?? {})) expect(value).toBeNull()
  expect(status).toBeLessThan(500)
  expect(await server.counts()).toEqual(before)
}

/** Inputs in which nothing is wrong: every case changes one thing. */
const valid = {
  createDataset: { name: 'New', classes: [{ name: 'a' }] },
  addImages: {
    dataset: full.id,
    images: [{ image: { base64: png }, class: classNames[0], split: 'TEST' }],
  },
  createSupportSet: { dataset: full.id, support: { shots: 1 }, seed: 77 },
  predict: { source: { supportSet }, images: [{ base64: png }], methods: [{ method: 'tip-adapter' }] },
  compare: { dataset: full.id, support: { shots: [1] }, methods: [{ method: 'tip-adapter' }] },
}
type Operation = keyof typeof valid

const documents: Readonly<Record<Operation, string>> = {
  createDataset: 'mutation ($input: CreateDatasetInput!) { createDataset(input: $input) { dataset { id } } }',
  addImages: 'mutation ($input: AddImagesInput!) { addImages(input: $input) { added } }',
  createSupportSet:
    'mutation ($input: CreateSupportSetInput!) { createSupportSet(input: $input) { supportSet { id } } }',
  predict: 'query ($input: PredictInput!) { predict(input: $input) { predictions { top { logit } } } }',
  compare: 'mutation ($input: CompareInput!) { compare(input: $input) { comparison { id } } }',
}

const method = (choice: object) => ({ methods: [{ method: 'zero-shot' }, { method: 'tip-x', ...choice }] })
const given = (name: string, value: number) => method({ hyperparameters: [{ name, value }] })
/** What is wrong with a choice of methods is wrong wherever there is one. */
const methodCases: readonly Case[] = [
  ['no method', { methods: [] }, 'EMPTY_LIST', 'input.methods'],
  ['an unknown method', method({ method: 'tip-z' }), 'UNKNOWN_METHOD', 'input.methods[1].method', 'tip-x++'],
  ['an empty method', method({ method: '' }), 'UNKNOWN_METHOD', 'input.methods[1].method'],
  ['an unknown space', method({ space: 'outer' }), 'UNKNOWN_SPACE', 'input.methods[1].space', 'whitened'],
  ['an empty space', method({ space: '' }), 'UNKNOWN_SPACE', 'input.methods[1].space'],
  [
    'a space for a method that compares no images',
    { methods: [{ method: 'zero-shot', space: 'clip' }] },
    'SPACE_NOT_APPLICABLE',
    'input.methods[0].space',
    'zero-shot',
  ],
  [
    'an unknown hyperparameter',
    given('delta', 1),
    'UNKNOWN_HYPERPARAMETER',
    'input.methods[1].hyperparameters[0]',
    'alpha, beta, gamma',
  ],
  [
    'a hyperparameter named as a property',
    given('constructor', 1),
    'UNKNOWN_HYPERPARAMETER',
    'input.methods[1].hyperparameters[0]',
  ],
  [
    'a hyperparameter named as a prototype',
    given('__proto__', 1),
    'UNKNOWN_HYPERPARAMETER',
    'input.methods[1].hyperparameters[0]',
  ],
  [
    'a hyperparameter for a method without',
    { methods: [{ method: 'zero-shot', hyperparameters: [{ name: 'alpha', value: 1 }] }] },
    'UNKNOWN_HYPERPARAMETER',
    'input.methods[0].hyperparameters[0]',
    'none',
  ],
  [
    'a hyperparameter too great',
    given('alpha', 20.1),
    'HYPERPARAMETER_OUT_OF_RANGE',
    'input.methods[1].hyperparameters[0]',
    'from 0 to 20',
  ],
  [
    'a hyperparameter too small',
    given('gamma', -1e-9),
    'HYPERPARAMETER_OUT_OF_RANGE',
    'input.methods[1].hyperparameters[0]',
  ],
  [
    'a hyperparameter given twice',
    method({
      hyperparameters: [
        { name: 'beta', value: 1 },
        { name: 'beta', value: 2 },
      ],
    }),
    'DUPLICATE_ENTRY',
    'input.methods[1].hyperparameters[1]',
  ],
  [
    'a method given twice',
    { methods: [{ method: 'tip-x' }, { method: 'TX', space: 'clip' }] },
    'DUPLICATE_ENTRY',
    'input.methods[1]',
    'tip-x in clip',
  ],
]

const image = (ways: object) => ({ images: [{ base64: png }, ways] })
const labelled = (ways: object, more: object = {}) => ({
  images: [...valid.addImages.images, { ...valid.addImages.images[0], image: ways, ...more }],
})

type Case = readonly [title: string, change: object, code: string, argument: string, says?: string]

const cases: Readonly<Record<Operation, readonly Case[]>> = {
  createDataset: [
    ['an empty name', { name: ' ' }, 'INVALID_VALUE', 'input.name'],
    ['a name that is taken', { name: ' Full' }, 'DATASET_EXISTS', 'input.name', 'Full'],
    ['a name that no index takes', { name: 'x'.repeat(501) }, 'INVALID_VALUE', 'input.name', '500'],
    ['a name with a NUL', { name: 'a\0b' }, 'INVALID_VALUE', 'input.name'],
    ['no class', { classes: [] }, 'EMPTY_LIST', 'input.classes'],
    [
      'a class without a name',
      { classes: [{ name: 'a' }, { name: '\n' }] },
      'INVALID_VALUE',
      'input.classes[1].name',
    ],
    [
      'a class given twice',
      { classes: [{ name: 'a' }, { name: ' a ' }] },
      'DUPLICATE_ENTRY',
      'input.classes[1].name',
      '"a"',
    ],
    ['no prompt', { classes: [{ name: 'a', prompts: [] }] }, 'EMPTY_LIST', 'input.classes[0].prompts'],
    [
      'an empty prompt',
      { classes: [{ name: 'a', prompts: ['b', ' '] }] },
      'INVALID_VALUE',
      'input.classes[0].prompts[1]',
    ],
    [
      'a prompt with a NUL',
      { classes: [{ name: 'a', prompts: ['\0'] }] },
      'INVALID_VALUE',
      'input.classes[0].prompts[0]',
    ],
  ],
  addImages: [
    ['an unknown dataset', { dataset: nowhere }, 'UNKNOWN_DATASET', 'input.dataset', nowhere],
    ['no image', { images: [] }, 'EMPTY_LIST', 'input.images'],
    [
      'an unknown class',
      labelled({ base64: png }, { class: 'pink' }),
      'UNKNOWN_CLASS',
      'input.images[1].class',
      'red stripes',
    ],
  ],
  createSupportSet: [
    ['an unknown dataset', { dataset: nowhere }, 'UNKNOWN_DATASET', 'input.dataset'],
    ['a dataset with a NUL', { dataset: 'a\0b' }, 'UNKNOWN_DATASET', 'input.dataset'],
    ['an unknown encoder', { encoder: 'maxi-clip' }, 'UNKNOWN_ENCODER', 'input.encoder', 'mini-clip'],
    [
      'more shots than images',
      { support: { shots: 3 } },
      'NOT_ENOUGH_IMAGES',
      'input.support.shots',
      '"red stripes" has 2 images',
    ],
    [
      'a class without images',
      { dataset: lopsided.id },
      'CLASS_WITHOUT_IMAGES',
      'input.support.shots',
      '"blue disc"',
    ],
    ['no shot', { support: { shots: 0 } }, 'INVALID_VALUE', 'input.support.shots'],
    ['negative shots', { support: { atMost: -1 } }, 'INVALID_VALUE', 'input.support.atMost'],
    ['all that is not all', { support: { all: false } }, 'INVALID_VALUE', 'input.support.all'],
    ['no listed image', { support: { images: [] } }, 'EMPTY_LIST', 'input.support.images'],
    ['no augmentation', { augmentations: 0 }, 'INVALID_VALUE', 'input.augmentations'],
    ['too many augmentations', { augmentations: 101 }, 'INVALID_VALUE', 'input.augmentations', '100'],
  ],
  predict: [
    [
      'an unknown support set',
      { source: { supportSet: nowhere } },
      'UNKNOWN_SUPPORT_SET',
      'input.source.supportSet',
    ],
    ['no image', { images: [] }, 'EMPTY_LIST', 'input.images'],
    ['no class to tell', { topK: 0 }, 'INVALID_VALUE', 'input.topK'],
    [
      'validation without a validation split',
      { source: { supportSet: unvalidatedSet }, selection: 'VALIDATION' },
      'NO_VALIDATION_SPLIT',
      'input.selection',
      'LEAVE_ONE_OUT',
    ],
    ...methodCases,
  ],
  compare: [
    ['an unknown dataset', { dataset: '' }, 'UNKNOWN_DATASET', 'input.dataset'],
    ['an unknown encoder', { encoders: [''] }, 'UNKNOWN_ENCODER', 'input.encoders[0]'],
    ['no shots', { support: { shots: [] } }, 'EMPTY_LIST', 'input.support.shots'],
    ['no seeds', { seeds: [] }, 'EMPTY_LIST', 'input.seeds'],
    ['shots given twice', { support: { shots: [1, 2, 1] } }, 'DUPLICATE_ENTRY', 'input.support.shots[2]'],
    ['seeds given twice', { seeds: [4, 4] }, 'DUPLICATE_ENTRY', 'input.seeds[1]'],
    ['zero shots', { support: { shots: [1, 0] } }, 'INVALID_VALUE', 'input.support.shots[1]'],
    [
      'more runs than a comparison has',
      { seeds: Array.from({ length: 10_001 }, (_, i) => i) },
      'TOO_MANY_RUNS',
      'input.seeds',
      '10001',
    ],
    ['no augmentation', { augmentations: 0 }, 'INVALID_VALUE', 'input.augmentations'],
    [
      'more shots than images',
      { support: { shots: [1, 3, 2] } },
      'NOT_ENOUGH_IMAGES',
      'input.support.shots[1]',
      '"red stripes" has 2 images',
    ],
    [
      'a class without images',
      { dataset: lopsided.id },
      'CLASS_WITHOUT_IMAGES',
      'input.dataset',
      '"blue disc"',
    ],
    ['no test split', { dataset: untested.id }, 'NO_TEST_SPLIT', 'input.dataset', 'Untested'],
    ['one test image', { dataset: single.id }, 'TOO_FEW_TEST_IMAGES', 'input.dataset', 'Single'],
    [
      'no validation split',
      { dataset: unvalidated.id },
      'NO_VALIDATION_SPLIT',
      'input.selection',
      'Use LEAVE_ONE_OUT',
    ],
    ...methodCases,
  ],
}

for (const [operation, list] of Object.entries(cases) as [Operation, readonly Case[]][]) {
  describe(`${operation} refuses`, () => {
    for (const [title, change, code, argument, says = ''] of list) {
      test(title, async () => {
        const input = { ...valid[operation], ...change }
        await expectProblem(documents[operation], { input }, { code, argument, says })
      })
    }
  })
}

describe('predict and addImages tell', () => {
  test.each(Object.entries(broken))('%s', async (_, [data, code = expect.any(String), says]) => {
    const input = { ...valid.predict, ...image({ base64: data }) }
    const { predict } = await server.read<{ predict: object[] }>(
      documents.predict.replace('predictions', 'error { code message } predictions'),
      { input },
    )
    expect(predict).toMatchObject([
      { error: null, predictions: [{}] },
      { error: { code, message: expect.stringContaining(says) }, predictions: [] },
    ])

    const images = [{ ...valid.addImages.images[0], image: { base64: data } }]
    const document = documents.addImages.replace(
      'added',
      'added duplicates rejected { position code reason }',
    )
    const { addImages } = await server.read<{ addImages: object }>(document, {
      input: { dataset: full.id, images },
    })
    const reason = expect.stringContaining(says)
    expect(addImages).toEqual({ added: 0, duplicates: 0, rejected: [{ position: 0, code, reason }] })
    expect(await server.counts()).toEqual(before)
  })
})

describe('queries and mutations refuse', () => {
  test.each([
    ['dataset(id: $id) { id }', 'UNKNOWN_DATASET', 'id'],
    ['supportSet(id: $id) { id }', 'UNKNOWN_SUPPORT_SET', 'id'],
    ['run(id: $id) { id }', 'UNKNOWN_RUN', 'id'],
    ['comparison(id: $id) { id }', 'UNKNOWN_COMPARISON', 'id'],
    ['method(id: $id) { id }', 'UNKNOWN_METHOD', 'id'],
    ['supportSets(dataset: $id) { totalCount }', 'UNKNOWN_DATASET', 'dataset'],
    ['runs(dataset: $id) { totalCount }', 'UNKNOWN_DATASET', 'dataset'],
    ['runs(method: $id) { totalCount }', 'UNKNOWN_METHOD', 'method'],
    ['comparisons(dataset: $id) { totalCount }', 'UNKNOWN_DATASET', 'dataset'],
  ])('an id that nothing has: %s', async (field, code, argument) => {
    for (const id of [nowhere, '', 'a\0b', '7', '%', "' OR 1=1"]) {
      await expectProblem(`query ($id: ID!) { ${field} }`, { id }, { code, argument })
    }
  })

  test('to cancel what is not there, or has ended', async () => {
    const document = 'mutation ($id: ID!) { cancelComparison(input: { id: $id }) { comparison { id } } }'
    await expectProblem(document, { id: nowhere }, { code: 'UNKNOWN_COMPARISON', argument: 'input.id' })
    const ended = { code: 'COMPARISON_FINISHED', argument: 'input.id', says: 'SUCCEEDED' }
    await expectProblem(document, { id: compared.id }, ended)
  })

  test.each([
    ['baseline: "tip-z"', 'UNKNOWN_METHOD', 'baseline'],
    ['baseline: "tip-x"', 'UNKNOWN_BASELINE', 'baseline'],
    ['baseline: "zero-shot", baselineSpace: "clip"', 'UNKNOWN_BASELINE', 'baseline'],
    ['baseline: "zero-shot", baselineSpace: "outer"', 'UNKNOWN_SPACE', 'baselineSpace'],
    ['baseline: "zero-shot", baselineSpace: ""', 'UNKNOWN_SPACE', 'baselineSpace'],
  ])('pairs with %s', async (parameters, code, argument) => {
    const document = `query ($id: ID!) { comparison(id: $id) { pairs(${parameters}) { nodes { shots } } } }`
    await expectProblem(document, { id: compared.id }, { code, argument })
  })

  test.each([
    ['first: 0', 'first'],
    ['first: -1', 'first'],
    ['after: ""', 'after'],
    ['after: "there"', 'after'],
    ['after: "4pyT4pyT"', 'after'],
  ])('pages with %s', async (parameters, argument) => {
    for (const noun of ['datasets', 'supportSets', 'runs', 'comparisons']) {
      await expectProblem(
        `{ ${noun}(${parameters}) { totalCount } }`,
        {},
        { code: 'INVALID_VALUE', argument },
      )
    }
  })

  test('a page that is too large', async () => {
    for (const noun of ['datasets', 'supportSets', 'runs', 'comparisons']) {
      const problem = { code: 'PAGE_TOO_LARGE', argument: 'first', says: 'at most 100 entries, not 101' }
      await expectProblem(`{ ${noun}(first: 101) { totalCount } }`, {}, problem)
    }
  })

  test('a negative number of neighbours', async () => {
    const document = documents.predict.replace('top { logit }', 'neighbours(first: -1) { similarity }')
    await expectProblem(document, { input: valid.predict }, { code: 'INVALID_VALUE', argument: 'first' })
  })
})

describe('what the schema does not allow is refused by name:', () => {
  test.each([
    ['more than 32 bits', 'compare', { seeds: [2 ** 31] }, 'input.seeds'],
    ['less than 32 bits', 'createSupportSet', { seed: -(2 ** 31) - 1 }, 'input.seed'],
    ['a fraction', 'createSupportSet', { support: { shots: 1.5 } }, 'input.support.shots'],
    ['what is no number', 'predict', { topK: 'many' }, 'input.topK'],
    ['null where something must stand', 'predict', { images: null }, 'input.images'],
    ['null for a default', 'compare', { seeds: null }, 'input.seeds'],
    ['an unknown word', 'compare', { selection: 'TEST' }, 'input.selection'],
    ['an unknown field', 'compare', { shot: 1 }, '"shot"'],
    ['an unknown split', 'addImages', labelled({ base64: png }, { split: 'TRAIN' }), 'input.images[1].split'],
    ['an image in no way', 'addImages', labelled({}), 'input.images[1].image'],
    ['an image in two ways', 'addImages', labelled({ id: 'a', base64: '' }), 'input.images[1].image'],
    ['an image to classify in no way', 'predict', image({ id: null }), 'input.images[1]'],
    ['an image to classify in two ways', 'predict', image({ id: 'a', base64: '' }), 'input.images[1]'],
    ['an upload that is none', 'addImages', labelled({ upload: 'file' }), 'input.images[1].image.upload'],
  ] as const)('%s', async (_, operation, change, says) => {
    const input = { ...valid[operation], ...change }
    await expectProblem(
      documents[operation],
      { input },
      { code: 'BAD_USER_INPUT', argument: undefined, says },
    )
  })

  test.each([
    ['an unknown field', '{ datasets { name } }', 'GRAPHQL_VALIDATION_FAILED', '"name"'],
    [
      'a number of more than 32 bits',
      '{ datasets(first: 4294967296) { totalCount } }',
      'GRAPHQL_VALIDATION_FAILED',
      '4294967296',
    ],
    [
      'NaN, which GraphQL has no word for',
      `query { predict(input: { source: { supportSet: "a" }, images: [], methods: [
      { method: "tip-x", hyperparameters: [{ name: "beta", value: NaN }] }] }) { image { id } } }`,
      'GRAPHQL_VALIDATION_FAILED',
      'NaN',
    ],
    [
      'a missing argument',
      'mutation { compare { comparison { id } } }',
      'GRAPHQL_VALIDATION_FAILED',
      'input',
    ],
    ['what is no GraphQL', '{ datasets', 'GRAPHQL_PARSE_FAILED', 'Expected'],
    [
      'two operations and no name',
      'query a { __typename } query b { __typename }',
      'OPERATION_RESOLUTION_FAILURE',
      'operation name',
    ],
  ])('%s', async (_, document, code, says) => {
    await expectProblem(document, {}, { code, argument: undefined, says })
  })
})

describe('a request that is none is refused:', () => {
  const json = { 'content-type': 'application/json' }
  const query = '{"query":"{ __typename }"}'

  test.each([
    ['malformed JSON', { headers: json, body: '{"query":' }],
    ['no body', { headers: json }],
    ['JSON that is no object', { headers: json, body: '[]' }],
    ['JSON without a query', { headers: json, body: '{}' }],
    [
      'an unknown character set',
      { headers: { 'content-type': 'application/json; charset=klingon' }, body: query },
    ],
    ['no JSON', { headers: { 'content-type': 'text/plain' }, body: query }],
    ['a form of another site', { body: new URLSearchParams({ query: '{ __typename }' }) }],
    ['a multipart form of another site', { body: form({ operations: query, map: '{}' }) }],
    ['a multipart form without operations', { headers: preflight(), body: form({ map: '{}' }) }],
    ['a multipart form without a map', { headers: preflight(), body: form({ operations: query }) }],
    ['a map that is no JSON', { headers: preflight(), body: form({ operations: query, map: '{' }) }],
    [
      'a map to nowhere',
      { headers: preflight(), body: form({ operations: query, map: '{"0":["query.a.b"]}' }) },
    ],
  ] as [string, RequestInit][])('%s', async (_, request) => {
    const { status, errors } = await server.send(request)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
    expect(errors).toEqual([{ message: expect.any(String), extensions: { code: 'BAD_REQUEST' } }])
    expect(await server.counts()).toEqual(before)
  })

  const tooLarge = { code: 'REQUEST_TOO_LARGE' }
  const input = { ...valid.addImages, ...labelled({ upload: null }) }

  test('JSON larger than the limit', async () => {
    const images = [{ base64: 'A'.repeat(2 ** 20) }]
    const { status, errors } = await server.ask(documents.predict, { input: { ...valid.predict, images } })
    expect(status).toBe(413)
    expect(errors).toEqual([{ message: expect.stringContaining('1 MB'), extensions: tooLarge }])
  })

  test('files that are larger than the limit together', async () => {
    const ways = Array.from({ length: 4 }, () => ({ ...valid.addImages.images[0], image: { upload: null } }))
    const files = ways.map((_, i) => [`input.images.${i}.image.upload`, Buffer.alloc(300_000)] as const)
    const { status, errors } = await server.upload(
      documents.addImages,
      { input: { ...valid.addImages, images: ways } },
      Object.fromEntries(files),
    )
    expect(status).toBe(413)
    expect(errors).toEqual([{ message: expect.stringContaining('1 MB'), extensions: tooLarge }])
    expect(await server.counts()).toEqual(before)
  })

  test('a multipart form that does not say how large it is', async () => {
    const boundary = 'x'
    const part = (name: string, value: string) =>
      `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
    const operations = JSON.stringify({ query: documents.addImages, variables: { input } })
    const body = new Blob([part('operations', operations), part('map', '{}'), `--${boundary}--`]).stream()
    const headers = { ...preflight(), 'content-type': `multipart/form-data; boundary=${boundary}` }
    const { status, errors } = await server.send({ headers, body, duplex: 'half' } as RequestInit)
    expect(status).toBe(411)
    expect(errors?.[0]?.extensions.code).toBe('LENGTH_REQUIRED')
  })

  test('more files than a request has', async () => {
    const map = Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [i, ['variables.a']]))
    const { status, errors } = await server.send({
      headers: preflight(),
      body: form({ operations: query, map: JSON.stringify(map) }),
    })
    expect(status).toBe(413)
    expect(errors).toEqual([
      { message: expect.stringContaining('1000'), extensions: { code: 'TOO_MANY_FILES' } },
    ])
  })
})

function preflight() {
  return { 'apollo-require-preflight': 'true' }
}

function form(fields: Readonly<Record<string, string>>): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.set(name, value)
  return data
}

test('in all of the above nothing was made; what is right still is', async () => {
  for (const [operation, document] of Object.entries(documents) as [Operation, string][]) {
    const { errors } = await server.ask(document, { input: valid[operation] })
    expect(errors).toBeUndefined()
  }
})
