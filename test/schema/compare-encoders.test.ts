import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { formatComparisonCsv } from '../../src/comparisons/comparison-csv.js'
import { comparisonOf, parseExperiment } from '../../src/comparisons/experiment.js'
import { root } from '../encoders/files.js'
import { makeDataset } from '../helpers/datasets.js'
import { temporaryFolder } from '../helpers/folder.js'
import { startTestServer } from '../helpers/server.js'

/** The embedded encoder and a transformers export, in one folder. */
async function twoModels(): Promise<string> {
  const folder = await temporaryFolder()
  await cp(join(root, 'models/mini-clip'), join(folder, 'mini-clip'), { recursive: true })
  await cp(join(root, 'test/encoders/fixtures/models/tiny'), join(folder, 'tiny'), { recursive: true })
  return folder
}

const server = await startTestServer({ SHOTBOARD_MODELS_DIR: await twoModels() })
const { library } = server
const dataset = await makeDataset(library, 'Compared')
const encoders = ['mini-clip', 'tiny']
const methods = [{ method: 'zero-shot' }, { method: 'tip-adapter' }]

interface Named {
  readonly id: string
}
interface Comparison {
  readonly id: string
  readonly status: string
  readonly encoder: Named
  readonly encoders: readonly Named[]
  readonly rows: readonly {
    encoder: Named
    method: Named
    shots: number
    accuracy: { mean: number; n: number }
  }[]
  readonly pairs: readonly { encoder: Named; method: Named }[]
  readonly runs: readonly { id: string; encoder: Named; supportSet: { encoder: Named } }[]
  readonly recommendation: { encoder: Named; rivals: readonly { encoder: Named }[]; text: string }
}

const fields = `id status encoder { id } encoders { id } runs { nodes { id encoder { id } supportSet { encoder { id } } } }
  rows { nodes { encoder { id } method { id } shots accuracy { mean n } } }
  pairs(baseline: "zero-shot") { nodes { encoder { id } method { id } } }
  recommendation { encoder { id } rivals { encoder { id } } text }`

async function compared(input: object): Promise<Comparison> {
  const { compare } = await server.read<{ compare: { comparison: Named } }>(
    'mutation ($input: CompareInput!) { compare(input: $input) { comparison { id } } }',
    { input: { dataset: dataset.id, support: { shots: [1] }, seeds: [1, 2], methods, ...input } },
  )
  await library.comparisons.ended(compare.comparison.id)
  const query = `query ($id: ID!) { comparison(id: $id) { ${fields} } }`
  return (await server.read<{ comparison: Comparison }>(query, compare.comparison)).comparison
}

const idOf = ({ id }: Named): string => id

test('one comparison runs over several encoders, and its rows, tests, runs and recommendation tell which', async () => {
  const both = await compared({ encoders })
  expect(both.status).toBe('SUCCEEDED')
  expect(both.encoder.id).toBe('mini-clip')
  expect(both.encoders.map(idOf)).toEqual(encoders)
  expect(both.rows.map(({ encoder, method }) => [encoder.id, method.id])).toEqual([
    ['mini-clip', 'zero-shot'],
    ['mini-clip', 'tip-adapter'],
    ['tiny', 'zero-shot'],
    ['tiny', 'tip-adapter'],
  ])
  expect(both.rows.every(({ accuracy }) => accuracy.n === 2)).toBe(true)
  // Each encoder's methods are tested against its own baseline.
  expect(both.pairs.map(({ encoder, method }) => [encoder.id, method.id])).toEqual([
    ['mini-clip', 'tip-adapter'],
    ['tiny', 'tip-adapter'],
  ])
  expect(both.runs).toHaveLength(8)
  for (const { encoder, supportSet } of both.runs) expect(supportSet.encoder).toEqual(encoder)
  expect(both.recommendation.rivals).toHaveLength(3)
  expect(both.recommendation.text).toContain(`with ${both.recommendation.encoder.id}`)

  // A comparison with one of them has the same runs, made once.
  const one = await compared({ encoders: 'tiny' })
  expect(one.runs.map(idOf)).toEqual(both.runs.filter(({ encoder }) => encoder.id === 'tiny').map(idOf))
  expect(one.rows).toEqual(both.rows.filter(({ encoder }) => encoder.id === 'tiny'))
  expect(one.recommendation.text).not.toContain('with tiny')
})

test('two methods are contrasted with one of the encoders, the first unless told', async () => {
  const { id } = await compared({ encoders })
  const deltas = (encoder: string | null) =>
    server.ask<{ comparison: { classDeltas: { nodes: readonly { accuracy: number }[] } } }>(
      `query ($id: ID!, $encoder: ID) { comparison(id: $id) {
        classDeltas(encoder: $encoder, method: "tip-adapter", baseline: "zero-shot", shots: 1) { nodes { accuracy baselineAccuracy } }
      } }`,
      { id, encoder },
    )
  const [unsaid, first, second] = [await deltas(null), await deltas('mini-clip'), await deltas('tiny')]
  expect(unsaid.data).toEqual(first.data)
  expect(second.data).not.toEqual(first.data)
  const { errors } = await deltas('vast')
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_VALUE', argument: 'encoder' })
})

test('its export names every encoder with its files, and repeats it', async () => {
  const { id } = await compared({ encoders })
  const document = await library.documentComparison(id)
  expect(document.encoders.map(idOf)).toEqual(encoders)
  for (const { files } of document.encoders) expect(Object.values(files)[0]).toMatch(/^[0-9a-f]{64}$/)
  expect(new Set(document.rows.map(({ encoder }) => encoder))).toEqual(new Set(encoders))
  const lines = formatComparisonCsv(document).trim().split('\r\n')
  expect(lines.filter((line) => line.includes(',tiny,'))).toHaveLength(4)

  const experiment = parseExperiment(JSON.stringify(document), 'exported.json')
  expect(experiment.encoders).toEqual(encoders)
  const again = await library.comparisons.compareOnce(
    comparisonOf(experiment, { dataset: dataset.id, testDataset: null }),
  )
  const runs = await library.store.comparisons.runs(again.id)
  expect(runs.map(idOf).toSorted()).toEqual(document.runs.map(idOf).toSorted())
})

test.each([
  [{ encoders: [] }, 'EMPTY_LIST', 'input.encoders'],
  [{ encoders: ['tiny', 'tiny'] }, 'DUPLICATE_ENTRY', 'input.encoders[1]'],
  [{ encoders: ['tiny', 'vast'] }, 'UNKNOWN_ENCODER', 'input.encoders[1]'],
])('%j is refused with %s at %s', async (part, code, argument) => {
  const { errors } = await server.ask(
    'mutation ($input: CompareInput!) { compare(input: $input) { comparison { id } } }',
    {
      input: { dataset: dataset.id, support: { shots: [1] }, methods, ...part },
    },
  )
  expect(errors?.[0]?.extensions).toMatchObject({ code, argument })
})
