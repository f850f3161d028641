import { getIntrospectionQuery } from 'graphql'
import { describe, expect, test } from 'vitest'
import { makeDataset } from '../../helpers/datasets.js'
import { base64, picture } from '../../helpers/pictures.js'
import { type Answer, sharedServer, startTestServer } from '../../helpers/server.js'

const usual = await sharedServer()
const narrow = await startTestServer({
  SHOTBOARD_INTROSPECTION: 'off',
  SHOTBOARD_MAX_QUERY_TOKENS: '1000',
  SHOTBOARD_MAX_QUERY_DEPTH: '5',
  SHOTBOARD_MAX_QUERY_COST: '2000',
  SHOTBOARD_MAX_IMAGES: '2',
  SHOTBOARD_MAX_RUNS: '3',
  SHOTBOARD_MAX_OPEN_COMPARISONS: '1',
  SHOTBOARD_MAX_PAGE_SIZE: '60',
  SHOTBOARD_MAX_ANSWER_MB: '1',
})
const dataset = await makeDataset(narrow.library, 'Small', { SUPPORT_POOL: 1, TEST: 1 })

/** What a dashboard of comparisons asks for at once. */
const dashboard = `{ comparisons(first: 20) { totalCount pageInfo { hasNextPage endCursor } nodes {
  id status progress createdAt dataset { id name } encoder { id name }
  rows { nodes { method { id name } space { id name } shots accuracy { mean low high n } } }
  runs { nodes { id status shots seed method { id name paper { title url } hyperparameters { name kind default min max } }
    space { id name } supportSet { id shots seed } hyperparameters { name value } } }
} } }`

const aliases = (count: number, field: string): string =>
  Array.from({ length: count }, (_, i) => (field.startsWith('...') ? field : `a${i}: ${field}`)).join(' ')

const codesOf = ({ errors }: Answer) => errors?.map(({ extensions }) => extensions.code)

describe('by default', () => {
  test.each([
    ['the introspection query', getIntrospectionQuery()],
    [
      'the introspection query with everything',
      getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true }),
    ],
    ['what a dashboard asks for', dashboard],
  ])('%s is answered', async (_, query) => {
    expect(codesOf(await usual.ask(query))).toBeUndefined()
  })

  test.each([
    [
      'pages within pages within pages',
      `{ datasets(first: 100) { nodes { images(first: 100) { nodes { class { name } image { id url } } } } }
         comparisons(first: 100) { nodes { dataset { images(first: 100) { nodes { image { id url } class { name } } } } } } }`,
      'QUERY_TOO_COSTLY',
    ],
    [
      'something expensive under many names',
      `{ ${Array.from({ length: 400 }, (_, i) => `a${i}: overlap(input: { source: { dataset: "x" } }) { spaces { auc } }`).join(' ')} }`,
      'QUERY_TOO_COSTLY',
    ],
    [
      'fragments that double with each other',
      `${Array.from({ length: 30 }, (_, i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`).join(' ')}
       fragment f30 on Query { health { status } } { ...f0 }`,
      'QUERY_TOO_COSTLY',
    ],
    [
      'introspection of introspection',
      `{ __schema { ${aliases(20, 'types { ...G }')} } }
       fragment G on __Type { ${aliases(20, 'fields { ...H }')} } fragment H on __Field { ${aliases(20, 'type { name }')} }`,
      'QUERY_TOO_COSTLY',
    ],
    [
      'the name of a type under many names',
      `{ ${aliases(10, 'datasets(first: 2) { nodes { images(first: 100) { nodes { ...H } } } }')} }
       fragment H on DatasetImage { ${aliases(100, '__typename')} }`,
      'QUERY_TOO_COSTLY',
    ],
    [
      'overlap in all spaces thrice',
      `{ ${aliases(3, 'overlap(input: { source: { dataset: "x" } }) { spaces { auc } }')} }`,
      'QUERY_TOO_COSTLY',
    ],
    [
      'overlap in one space many times',
      `{ overlap(input: { source: { dataset: "x" }, spaces: [${'"clip" '.repeat(50)}] }) { spaces { auc } } }`,
      'QUERY_TOO_COSTLY',
    ],
    [
      'a correlation over many comparisons',
      `{ overlapCorrelation(comparisons: [${'"x" '.repeat(400)}]) { n } }`,
      'QUERY_TOO_COSTLY',
    ],
    [
      'a list of arguments that a fragment repeats',
      `{ ${aliases(40, '...F')} } fragment F on Query { ${aliases(2, `overlapCorrelation(comparisons: [${'"x" '.repeat(2000)}]) { n }`)} }`,
      'QUERY_TOO_COSTLY',
    ],
    ['a very long document', `{ ${'health { status } '.repeat(5000)} }`, 'QUERY_TOO_LONG'],
  ])('%s is refused', async (_, query, code) => {
    const answer = await usual.ask(query)
    expect(codesOf(answer)).toEqual([code])
    expect(answer.status).toBe(400)
  })

  test('lists in variables cost as much as in the document', async () => {
    const query = 'query ($ids: [ID!]!) { overlapCorrelation(comparisons: $ids) { n } }'
    expect(codesOf(await usual.ask(query, { ids: Array.from({ length: 1000 }, () => 'x') }))).toEqual([
      'QUERY_TOO_COSTLY',
    ])
    expect(codesOf(await usual.ask(query, { ids: ['x'] }))).toEqual(['UNKNOWN_COMPARISON'])
  })

  test('several operations in one request are refused', async () => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify([{ query: '{ __typename }' }, { query: '{ __typename }' }])
    expect(codesOf(await usual.send({ headers, body }))).toEqual(['BAD_REQUEST'])
  })
})

describe('what is set is held, with an error of its own:', () => {
  const compare = (seeds: number[]) =>
    narrow.ask('mutation ($input: CompareInput!) { compare(input: $input) { comparison { id } } }', {
      input: {
        dataset: dataset.id,
        support: { shots: [1] },
        seeds,
        methods: [{ method: 'tip-x' }],
        selection: 'NONE',
      },
    })

  test.each([
    ['tokens', `{ ${'__typename '.repeat(1000)} }`, 'QUERY_TOO_LONG'],
    ['depth', '{ runs(first: 1) { nodes { method { terms { weight } space { id } } } } }', undefined],
    ['depth', '{ comparisons { nodes { runs { nodes { method { space { id } } } } } } }', 'QUERY_TOO_DEEP'],
    [
      'depth in fragments',
      `{ comparisons { ...c } } fragment c on ComparisonConnection { nodes { ... on Comparison { runs { nodes { ...r } } } } }
       fragment r on Run { method { space { id } } }`,
      'QUERY_TOO_DEEP',
    ],
    ['cost', '{ datasets(first: 60) { nodes { id name } } }', undefined],
    ['cost', '{ datasets(first: 60) { nodes { images(first: 60) { totalCount } } } }', 'QUERY_TOO_COSTLY'],
    ['introspection', '{ __type(name: "Run") { name } }', 'GRAPHQL_VALIDATION_FAILED'],
  ])('%s: %s', async (_, query, code) => {
    const headers = { 'content-type': 'application/json' }
    expect(codesOf(await narrow.ask(query))).toEqual(code && [code])
    const streamed = await fetch(`${narrow.url}/graphql`, {
      method: 'POST',
      headers: { ...headers, accept: 'text/event-stream' },
      body: JSON.stringify({ query }),
    })
    const codes = [...(await streamed.text()).matchAll(/"code":"(\w+)"/g)].map(([, each]) => each)
    expect(codes).toEqual(code === undefined ? [] : [code])
  })

  test('a page by a variable costs what the variable says', async () => {
    const query =
      'query ($first: Int) { datasets(first: $first) { nodes { images(first: 60) { totalCount } } } }'
    expect(codesOf(await narrow.ask(query, { first: 60 }))).toEqual(['QUERY_TOO_COSTLY'])
    expect(codesOf(await narrow.ask(query, { first: 10 }))).toBeUndefined()
    expect(codesOf(await narrow.ask(query, { first: 'ten' }))).toEqual(['BAD_USER_INPUT'])
  })

  test('the size of an answer, before it is made', async () => {
    const input = {
      name: 'Long',
      classes: [{ name: 'a', prompts: Array.from({ length: 150 }, (_, i) => `${i} ${'x'.repeat(4000)}`) }],
    }
    const { id } = await narrow.library.datasets.create(input)
    const query = (times: number) =>
      `{ dataset(id: "${id}") { ${aliases(times, 'classes { nodes { prompts } }')} } }`
    expect(codesOf(await narrow.ask(query(1)))).toBeUndefined()
    const answer = await narrow.ask(query(5))
    expect(codesOf(answer)).toContain('ANSWER_TOO_LARGE')
    expect(JSON.stringify(answer).length).toBeLessThan(2_000_000)
  })

  test('page size', async () => {
    expect(codesOf(await narrow.ask('{ datasets(first: 61) { totalCount } }'))).toEqual(['PAGE_TOO_LARGE'])
  })

  test('images of one request', async () => {
    const image = { base64: await base64(picture(0, 1)) }
    const three = [image, image, image]
    const images = three.map((each) => ({ image: each, class: 'red stripes', split: 'TEST' }))
    const add = 'mutation ($input: AddImagesInput!) { addImages(input: $input) { added } }'
    const problem = { code: 'TOO_MANY_IMAGES', argument: 'input.images' }
    const { errors } = await narrow.ask(add, { input: { dataset: dataset.id, images } })
    expect(errors?.[0]?.extensions).toEqual(problem)
    const predict = 'query ($input: PredictInput!) { predict(input: $input) { image { id } } }'
    const input = { source: { supportSet: 'any' }, images: three, methods: [{ method: 'tip-x' }] }
    expect((await narrow.ask(predict, { input })).errors?.[0]?.extensions).toEqual(problem)
  })

  test('runs of a comparison', async () => {
    expect(codesOf(await compare([1, 2, 3, 4]))).toEqual(['TOO_MANY_RUNS'])
  })

  test('comparisons that wait or run', async () => {
    const answers = [await compare([1, 2, 3]), await compare([4, 5, 6])]
    expect(answers.map(codesOf)).toEqual([undefined, ['TOO_MANY_COMPARISONS']])
  })
})
