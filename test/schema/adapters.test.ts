import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { startTestServer } from '../helpers/server.js'

const server = await startTestServer()
const dataset = await makeDataset(server.library, 'Generic')

const train =
  'mutation ($input: TrainAdapterInput!) { trainAdapter(input: $input) { training { id name status steps } } }'
const small = { dataset: dataset.id, bottleneck: 4, batch: 4, scale: 2 }

test('an adapter is trained, found with its training, used, fetched, imported and removed', async () => {
  const {
    trainAdapter: { training: asked },
  } = await server.query<{ trainAdapter: { training: { id: string; name: string } } }>(train, {
    input: small,
  })
  expect(asked).toMatchObject({ name: 'supervised-1', steps: 9 })
  await server.library.trainings.ended(asked.id)
  const { training } = await server.query<{ training: { adapter: { url: string; sha256: string } } }>(
    `{ training(id: "${asked.id}") {
      status progress secondsLeft settings losses { step loss } dataset { id } encoder { id }
      adapter { name isUsed space { id trained } url sha256 bottleneck }
    } }`,
  )
  expect(training).toMatchObject({
    status: 'SUCCEEDED',
    progress: 1,
    secondsLeft: null,
    settings: { objective: 'supervised', bottleneck: 4, rate: 0.008 },
    dataset: { id: dataset.id },
    encoder: { id: 'mini-clip' },
    adapter: { name: 'supervised-1', isUsed: false, space: { id: 'imo:supervised-1', trained: true } },
  })
  const file = Buffer.from(await (await fetch(server.url + training.adapter.url)).arrayBuffer())
  expect(createHash('sha256').update(file).digest('hex')).toBe(training.adapter.sha256)

  const used = await server.query(
    'mutation { useAdapter(input: { name: "supervised-1" }) { encoder { id spaces { id } } } }',
  )
  expect(JSON.stringify(used)).toContain('imo:supervised-1')
  const imported = await server.upload(
    'mutation ($input: ImportAdapterInput!) { importAdapter(input: $input) { adapter { name training: provenance } } }',
    { input: { name: 'copy', file: null } },
    { 'input.file': file },
  )
  expect(imported.data).toMatchObject({ importAdapter: { adapter: { name: 'copy' } } })
  expect(await server.query('{ adapters { name isUsed } featureSpaces { id } }')).toMatchObject({
    adapters: [
      { name: 'copy', isUsed: false },
      { name: 'supervised-1', isUsed: true },
    ],
    featureSpaces: expect.arrayContaining([{ id: 'imo:copy' }, { id: 'imo:supervised-1' }]),
  })
  await server.query('mutation { removeAdapter(input: { name: "supervised-1" }) { name } }')
  expect(await server.query('{ adapters { name isUsed } }')).toEqual({
    adapters: [{ name: 'copy', isUsed: false }],
  })
  const gone = await fetch(server.url + training.adapter.url)
  expect([gone.status, await gone.text()]).toEqual([404, expect.stringContaining('UNKNOWN_ADAPTER')])
  expect(await server.query('{ trainings { nodes { id adapter { name } } totalCount } }')).toMatchObject({
    // The copy says which training it comes from.
    trainings: { nodes: [{ id: asked.id, adapter: { name: 'copy' } }], totalCount: 1 },
  })
  expect(await server.query(`mutation { deleteTraining(input: { id: "${asked.id}" }) { id } }`)).toEqual({
    deleteTraining: { id: asked.id },
  })
})

test('a training is cancelled and resumed', async () => {
  const {
    trainAdapter: { training: asked },
  } = await server.query<{ trainAdapter: { training: { id: string } } }>(train, {
    input: { ...small, epochs: 500, name: 'long' },
  })
  const state = (operation: string) =>
    server.query(`mutation { ${operation}(input: { id: "${asked.id}" }) { training { status } } }`)
  expect(await state('cancelTraining')).toEqual({ cancelTraining: { training: { status: 'CANCELLED' } } })
  expect(await state('resumeTraining')).toEqual({ resumeTraining: { training: { status: 'QUEUED' } } })
  await state('cancelTraining')
})

test.each([
  ['INVALID_VALUE', 'input.bottleneck', { bottleneck: -1 }],
  ['INVALID_VALUE', 'input.name', { name: 'No spaces' }],
  ['TRAINING_IMAGES', 'input.dataset', { batch: 1000 }],
  ['UNKNOWN_DATASET', 'input.dataset', { dataset: 'none' }],
  ['UNKNOWN_ENCODER', 'input.encoder', { encoder: 'none' }],
])('%s names %s', async (code, argument, more) => {
  const { errors } = await server.ask(train, { input: { ...small, ...more } })
  expect(errors?.[0]?.extensions).toEqual({ code, argument })
})

test('what is not there is told by name', async () => {
  const ask = async (operation: string) => (await server.ask(operation)).errors?.[0]?.extensions
  expect(await ask('mutation { cancelTraining(input: { id: "none" }) { training { id } } }')).toEqual({
    code: 'UNKNOWN_TRAINING',
    argument: 'input.id',
  })
  expect(await ask('mutation { useAdapter(input: { name: "none" }) { encoder { id } } }')).toEqual({
    code: 'UNKNOWN_ADAPTER',
    argument: 'input.name',
  })
  expect(await ask('{ adapters(encoder: "none") { name } }')).toEqual({
    code: 'UNKNOWN_ENCODER',
    argument: 'encoder',
  })
})
