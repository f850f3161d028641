import { describe, expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { request } from '../helpers/library-comparisons.js'
import { base64, picture } from '../helpers/pictures.js'
import { moduleFile } from '../helpers/plugins.js'
import { startTestServer } from '../helpers/server.js'

// A method with so many values that searching them takes minutes.
const plugin = await moduleFile(`
export default () => ({ name: 'thorough', methods: [{
  id: 'thorough', name: 'Thorough', summary: 'Made for a test.', space: null, usesTexts: false,
  hyperparameters: {
    depth: { kind: 'shape', default: 1, grid: Array.from({ length: 20_000 }, (_, i) => i), summary: '' },
  },
  async score({ rows, cache: { classes } }, { depth }) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    const data = Float32Array.from({ length: rows * classes }, (_, at) => (at % classes === depth % classes ? 1 : 0))
    return { rows, columns: classes, data }
  },
}] })`)

const server = await startTestServer({ SHOTBOARD_PLUGINS: plugin, SHOTBOARD_MAX_SEARCH_SECONDS: '1' })
const { library } = server
const { id: dataset } = await makeDataset(library, 'Searched')
const methods = [{ method: 'tip-adapter' }]

describe('a comparison by successive halving', async () => {
  const compared = async (search: 'EXACT' | 'HALVING') => {
    const { compare } = await server.read<{ compare: { comparison: { id: string } } }>(
      'mutation ($input: CompareInput!) { compare(input: $input) { comparison { id } } }',
      { input: { dataset, support: { shots: [2] }, methods, selection: 'LEAVE_ONE_OUT', search } },
    )
    await library.comparisons.ended(compare.comparison.id)
    return compare.comparison.id
  }
  const [exact, halving] = [await compared('EXACT'), await compared('HALVING')]

  test('tells how it searched', async () => {
    const { comparison } = await server.read<{ comparison: object }>(
      `{ comparison(id: "${halving}") { status protocol { search } runs { nodes { search estimatedSearchMs progress } } } }`,
    )
    expect(comparison).toEqual({
      status: 'SUCCEEDED',
      protocol: { search: 'HALVING' },
      runs: [{ search: 'HALVING', estimatedSearchMs: null, progress: 1 }],
    })
  })

  test('is another one than the exact comparison, which keeps its identity', async () => {
    const runsOf = async (id: string) => (await library.comparisons.runs(id)).map((run) => run.fingerprint)
    expect(await runsOf(exact)).not.toEqual(await runsOf(halving))
    const again = await library.comparisons.compareOnce(
      request(dataset, { methods, selection: 'LEAVE_ONE_OUT' }),
    )
    expect(again.id).toBe(exact)
    const same = request(dataset, { methods, selection: 'LEAVE_ONE_OUT', search: 'HALVING' })
    expect((await library.comparisons.compareOnce(same)).id).toBe(halving)
  })

  test('is exported with its search, and repeated by what is exported', async () => {
    const { experiment } = await library.documentComparison(halving)
    expect(experiment).toMatchObject({ search: 'HALVING' })
    const { comparison } = await server.read<{ comparison: { exports: { csv: string } } }>(
      `{ comparison(id: "${halving}") { exports { csv } } }`,
    )
    const csv = await (await fetch(new URL(comparison.exports.csv, server.url))).text()
    const [header = '', line = ''] = csv.split('\r\n')
    expect(line.split(',')[header.split(',').indexOf('search')]).toBe('HALVING')
  })

  test('answers and classifiers take its search', async () => {
    const by = { source: { comparison: halving }, images: [{ base64: await base64(picture(0, 91)) }] }
    const { errors } = await server.ask(predict, { input: { ...by, search: 'EXACT' } })
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'INVALID_VALUE', argument: 'input.search' } })
    const { createClassifier } = await server.read<{ createClassifier: { classifier: object } }>(create, {
      input: { name: 'halved', source: { comparison: halving } },
    })
    expect(createClassifier).toEqual({ classifier: { version: { selection: { search: 'HALVING' } } } })
  })
})

const predict = `query ($input: PredictInput!) { predict(input: $input) { predictions {
  method { id } top { class { name } } error { code message } } } }`
const create = `mutation ($input: CreateClassifierInput!) { createClassifier(input: $input) { classifier {
  version { selection { search } } } } }`

describe('a long search', async () => {
  const { id: supportSet } = await library.supportSets.create({
    dataset,
    shots: 2,
    seed: 1,
    augmentations: 1,
  })
  const images = [{ base64: await base64(picture(0, 92)) }]
  interface Prediction {
    readonly method: { readonly id: string }
    readonly top: readonly unknown[]
    readonly error: { readonly code: string; readonly message: string } | null
  }
  const answersOf = async (more: object) => {
    const { predict: answers } = await server.read<{ predict: { predictions: Prediction[] }[] }>(predict, {
      input: { source: { supportSet }, images, ...more },
    })
    return answers[0]?.predictions ?? []
  }

  test('is refused by predict with its estimate, and others answer', async () => {
    const [slow, quick] = await answersOf({ methods: [{ method: 'thorough' }, ...methods] })
    expect(slow).toEqual({
      method: { id: 'thorough' },
      top: [],
      error: {
        code: 'SEARCH_TOO_LONG',
        message: expect.stringMatching(
          /^Searching the hyperparameters of thorough \(20,000 combinations of shapes on 6 images\) would take about \d+ s; the limit is 1 s\. Give /,
        ),
      },
    })
    expect(quick).toMatchObject({ error: null, top: [{}, {}, {}] })
  })

  test('needs no permission where nothing is searched', async () => {
    const given = [{ method: 'thorough', hyperparameters: [{ name: 'depth', value: 4 }] }]
    expect(await answersOf({ methods: given })).toMatchObject([{ error: null }])
    expect(await answersOf({ methods: [{ method: 'thorough' }], selection: 'NONE' })).toMatchObject([
      { error: null },
    ])
  })

  test('is refused for a classifier, which is not made', async () => {
    const input = { name: 'too long', source: { supportSet }, method: 'thorough' }
    const { errors } = await server.ask(create, { input })
    expect(errors).toMatchObject([{ extensions: { code: 'SEARCH_TOO_LONG' } }])
    expect((await server.ask('{ classifier(classifier: "too long") { id } }')).data ?? null).toBeNull()
  })
})
