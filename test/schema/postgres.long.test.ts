import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { newDatabases, runOnPostgres } from '../helpers/databases.js'
import { makeDataset } from '../helpers/datasets.js'
import { base64, picture } from '../helpers/pictures.js'
import { startTestServer } from '../helpers/server.js'

const [, postgres] = await newDatabases()
const url = postgres?.url

test.skipIf(url === undefined)(`the service works on ${postgres?.title}`, async () => {
  const server = await startTestServer({ DATABASE_URL: url ?? '' })
  const { health } = await server.read<{ health: object }>('{ health { status database } }')
  expect(health).toEqual({ status: 'ok', database: 'POSTGRES' })

  const dataset = await makeDataset(server.library, 'On Postgres')
  const create =
    'mutation ($input: CreateSupportSetInput!) { createSupportSet(input: $input) { supportSet { id } } }'
  const input = { dataset: dataset.id, support: { shots: 2 } }
  const { createSupportSet } = await server.read<{ createSupportSet: { supportSet: { id: string } } }>(
    create,
    { input },
  )

  const predict = `query ($input: PredictInput!) { predict(input: $input) {
    predictions { top { class { name } } neighbours { class { name } } }
  } }`
  const image = { base64: await base64(picture(2, 77)) }
  const prediction = await server.query(predict, {
    input: {
      source: { supportSet: createSupportSet.supportSet.id },
      images: [image],
      methods: [{ method: 'tip-x' }],
      topK: 1,
    },
  })
  expect(prediction).toMatchObject({ predict: [{ predictions: [{ neighbours: [{}, {}, {}] }] }] })

  const compare = 'mutation ($input: CompareInput!) { compare(input: $input) { comparison { id } } }'
  const started = await server.read<{ compare: { comparison: { id: string } } }>(compare, {
    input: {
      dataset: dataset.id,
      support: { shots: [1, 2] },
      seeds: [1, 2],
      methods: [{ method: 'tip-x++' }, { method: 'zero-shot' }],
    },
  })
  await server.library.comparisons.ended(started.compare.comparison.id)
  const { comparison } = await server.read<{ comparison: object }>(
    `query ($id: ID!) { comparison(id: $id) {
      status error runs { nodes { status confusion } } rows { nodes { accuracy { n } } } pairs(baseline: "zero-shot") { nodes { pValue } }
    } }`,
    started.compare.comparison,
  )
  expect(comparison).toMatchObject({
    status: 'SUCCEEDED',
    error: null,
    runs: Array.from({ length: 8 }, () => ({ status: 'SUCCEEDED' })),
    rows: Array.from({ length: 4 }, () => ({ accuracy: { n: 2 } })),
    pairs: [{ pValue: expect.any(Number) }, { pValue: expect.any(Number) }],
  })
  const unknown = await server.ask('query ($id: ID!) { dataset(id: $id) { id } }', { id: 'a\0b' })
  expect(unknown.errors?.[0]?.extensions).toEqual({ code: 'UNKNOWN_DATASET', argument: 'id' })
})

test.skipIf(url === undefined)(`connections that ${postgres?.title} ends are made anew`, async () => {
  // A database has one service at a time.
  const [, another] = await newDatabases()
  const url = another?.url ?? ''
  const server = await startTestServer({ DATABASE_URL: url })
  const health = () => server.query('{ health { status } }')
  await health()
  const database = new URL(url).pathname.slice(1)
  await runOnPostgres(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}' AND pid <> pg_backend_pid()`,
  )
  await setTimeout(100)
  expect(await health()).toEqual({ health: { status: 'ok' } })
})
