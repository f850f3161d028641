import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { makeDataset } from '../../helpers/datasets.js'
import { sharedServer } from '../../helpers/server.js'

const server = await sharedServer()
const dataset = await makeDataset(server.library, 'Exported as files', { SUPPORT_POOL: 1, TEST: 1 })
const { id } = await server.library.comparisons.compare({
  dataset: dataset.id,
  shots: [1],
  seeds: [1, 2],
  methods: [{ method: 'zero-shot' }, { method: 'tip-adapter' }],
  selection: 'NONE',
  klScaling: 'FROZEN',
  augmentations: 1,
})
await server.library.comparisons.ended(id)

const { comparison } = await server.query<{ comparison: { exports: { json: string; csv: string } } }>(
  'query ($id: ID!) { comparison(id: $id) { exports { json csv } } }',
  { id },
)

test('a comparison says where it is served as JSON', async () => {
  const response = await fetch(server.url + comparison.exports.json)
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(response.headers.get('content-disposition')).toBe(`attachment; filename=comparison-${id}.json`)
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  const document = await server.library.documentComparison(id)
  expect(await response.json()).toEqual(JSON.parse(JSON.stringify(document)))
})

test('and as CSV', async () => {
  const response = await fetch(server.url + comparison.exports.csv)
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  expect(response.headers.get('content-disposition')).toBe(`attachment; filename=comparison-${id}.csv`)
  const lines: Record<string, string>[] = parse(await response.text(), { columns: true })
  expect(lines.map(({ method, seed }) => [method, seed])).toEqual([
    ['zero-shot', '1'],
    ['tip-adapter', '1'],
    ['zero-shot', '2'],
    ['tip-adapter', '2'],
  ])
})

test.each(['/comparisons/nothing.json', '/comparisons/nothing.csv', '/comparisons/%00.csv'])(
  '%s is not there',
  async (path) => {
    const response = await fetch(server.url + path)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNKNOWN_COMPARISON' } }] })
  },
)
