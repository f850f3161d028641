import { createClient } from 'shotboard/client'
import { describe, expect, test } from 'vitest'
import { localComparisons } from '../../src/cli/local-comparisons.js'
import { remoteComparisons } from '../../src/cli/remote-comparisons.js'
import { parseExperiment } from '../../src/comparisons/experiment.js'
import { makeDataset } from '../helpers/datasets.js'
import { temporaryFolder } from '../helpers/folder.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const dataset = await makeDataset(server.library, 'Compared by command')
const folder = await temporaryFolder()

const methods = ['zero-shot', { method: 'TA', space: 'whitened', hyperparameters: { beta: 3 } }]

const hosts = {
  service: () => remoteComparisons({ url: server.url }),
  library: () => localComparisons(server.library),
}

describe.each(['service', 'library'] as const)('a comparison on a %s', (kind) => {
  const host = hosts[kind]()
  const start = (experiment: object) =>
    host.start(parseExperiment(JSON.stringify({ shots: [1], methods, ...experiment }), 'file.json'), folder)

  test.each([
    ['no such dataset', { dataset: 'nowhere' }, 'UNKNOWN_DATASET'],
    ['no dataset of the id', { dataset: { id: 'Compared by command' } }, 'UNKNOWN_DATASET'],
    [
      'other content',
      { dataset: { name: 'Compared by command', fingerprint: '0'.repeat(64) } },
      'DATASET_DIFFERS',
    ],
    ['too many shots', { dataset: 'Compared by command', shots: [99] }, 'NOT_ENOUGH_IMAGES'],
    ['no such test dataset', { dataset: 'Compared by command', testDataset: 'nowhere' }, 'UNKNOWN_DATASET'],
  ])('of %s is refused by name', async (_, experiment, code) => {
    await expect(start(experiment)).rejects.toMatchObject({ code })
  })

  test('may name its dataset by id, and say what that must hold', async () => {
    const fingerprint = await server.library.fingerprintDataset(dataset.id)
    const id = await start({ dataset: { id: dataset.id, fingerprint }, selection: 'NONE' })
    const states: string[] = []
    for await (const { status } of await host.watch(id)) states.push(status)
    expect(states.at(-1)).toBe('SUCCEEDED')
    const { rows, recommendation } = await host.results(id)
    expect(rows.map(({ name, space }) => [name, space])).toEqual([
      ['Zero-shot CLIP', null],
      ['Tip-Adapter', 'whitened'],
    ])
    expect(recommendation).toContain('At 1 shot per class')
  })
})

test('a service does not see folders', async () => {
  const experiment = parseExperiment(JSON.stringify({ dataset: { folder: 'x' }, shots: [1], methods }), 'f')
  await expect(hosts.service().start(experiment, folder)).rejects.toMatchObject({ code: 'INVALID_VALUE' })
})

test('what is downloaded and is not there fails by name', async () => {
  const client = createClient({ url: server.url })
  await expect(client.download('/comparisons/nothing.json')).rejects.toMatchObject({
    code: 'UNKNOWN_COMPARISON',
  })
})
