import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { startTestServer } from '../helpers/server.js'

const server = await startTestServer()
const { library, settings } = server
const dataset = await makeDataset(library, 'Unreadable')
const { id } = await library.comparisons.compare({
  dataset: dataset.id,
  shots: [1],
  seeds: [1, 2],
  methods: [{ method: 'zero-shot' }, { method: 'tip-adapter' }, { method: 'tip-x' }, { method: 'gda' }],
  selection: 'NONE',
  klScaling: 'FROZEN',
  augmentations: 1,
})
await library.comparisons.ended(id)
const runs = await library.comparisons.runs(id)
const fileOf = (method: string): string =>
  join(settings.dataDirectory, 'runs', `${runs.find((run) => run.method === method)?.id}.safetensors`)
await rm(fileOf('tip-adapter'))
await writeFile(fileOf('tip-x'), (await readFile(fileOf('tip-x'))).subarray(0, 100))

const broken = ['tip-adapter', 'tip-x']

test('results that are missing or cut are the errors of their rows, and of nothing else', async () => {
  const { data, errors } = await server.ask<{
    comparison: {
      rows: {
        nodes: {
          method: { id: string }
          error: string | null
          errorCode: string | null
          accuracy: { mean: number; low: number; high: number }
        }[]
      }
      recommendation: { method: { id: string }; rivals: { method: { id: string } }[] }
      pairs: { nodes: { method: { id: string } }[] }
      classDeltas: { nodes: unknown[] }
      disagreements: { totalCount: number }
    }
  }>(
    `query ($id: ID!) { comparison(id: $id) {
      rows { nodes { method { id } error errorCode accuracy { mean low high } } }
      recommendation { method { id } rivals { method { id } } }
      pairs(baseline: "zero-shot") { nodes { method { id } } }
      classDeltas(method: "tip-x", baseline: "zero-shot", shots: 1) { nodes { class { name } } }
      disagreements(method: "tip-x", baseline: "zero-shot", shots: 1) { totalCount }
    } }`,
    { id },
  )
  expect(errors).toBeUndefined()
  const { rows, recommendation, pairs, classDeltas } = data?.comparison ?? {}
  expect(rows?.nodes.length).toBeGreaterThan(0)
  for (const row of rows?.nodes ?? []) {
    const isBroken = broken.includes(row.method.id)
    expect(row.errorCode).toBe(isBroken ? 'RUN_RESULT_UNREADABLE' : null)
    expect([row.method.id, row.error]).toEqual([
      row.method.id,
      isBroken ? expect.stringMatching(/^The results of run \S+ cannot be read/) : null,
    ])
    expect(row.accuracy.mean).toBeGreaterThan(0)
    if (isBroken) expect([row.accuracy.low, row.accuracy.high]).toEqual([0, 1])
  }
  const named = [recommendation, ...(recommendation?.rivals ?? [])].map((each) => each?.method.id)
  expect(named.sort()).toEqual(['gda', 'zero-shot'])
  expect(pairs?.nodes.map(({ method }) => method.id)).toEqual(['gda'])
  // The other seed can be read.
  expect(classDeltas?.nodes).toHaveLength(3)
})

test('a run whose results cannot be read says so without a path', async () => {
  const run = runs.find(({ method }) => method === 'tip-adapter')?.id
  const answer = await server.ask<{ run: { confusion: unknown; accuracy: number } }>(
    `{ run(id: "${run}") { accuracy confusion } }`,
  )
  expect(answer.data?.run).toEqual({ accuracy: expect.any(Number), confusion: null })
  expect(answer.errors?.[0]?.extensions.code).toBe('RUN_RESULT_UNREADABLE')
  expect(JSON.stringify(answer)).not.toContain(settings.dataDirectory)
})

test.each(['json', 'csv', 'html'])('the %s of the comparison is made, and shows no path', async (format) => {
  const response = await fetch(`${server.url}/comparisons/${id}.${format}`)
  const text = await response.text()
  expect([response.status, text.includes('cannot be read')]).toEqual([200, true])
  expect(text).not.toContain(settings.dataDirectory)
})
