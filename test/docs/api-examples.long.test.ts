import { beforeAll, expect, test } from 'vitest'
import { zipOf } from '../helpers/archives.js'
import { makeDataset } from '../helpers/datasets.js'
import { filled, type Placeholder, placeholdersIn, readExamples } from '../helpers/examples.js'
import { startHub } from '../helpers/hub.js'
import { classNames, picture } from '../helpers/pictures.js'
import { startTestServer, type TestServer } from '../helpers/server.js'

interface StartedJob {
  readonly job: { readonly id: string }
}

/** What examples return that later ones ask about. */
interface Data {
  readonly createDataset?: { readonly dataset: { readonly id: string } }
  readonly createSupportSet?: { readonly supportSet: { readonly id: string } }
  readonly compare?: { readonly comparison: { readonly id: string } }
  readonly importArchive?: { readonly import: { readonly id: string } }
  readonly trainAdapter?: { readonly training: { readonly id: string } }
  readonly startClassifierCreation?: StartedJob
  readonly startClassifierUpdate?: StartedJob
  readonly startClassifierEvaluation?: StartedJob
  readonly classifyDataset?: { readonly classification: { readonly id: string } }
  readonly moveImages?: { readonly change: { readonly id: string } | null }
}

const examples = readExamples()
const pictures = await Promise.all(Array.from({ length: 40 }, (_, i) => picture(i % 3, 7000 + i)))
const values: Partial<Record<Placeholder, string>> = {}
const birds = pictures
  .slice(0, 6)
  .map((bytes, i): [string, Buffer] => [`train/${classNames[i % 3]}/${i}.png`, Buffer.from(bytes)])
let server: TestServer
let own = ''
let finished = ''
let file: Buffer = Buffer.alloc(0)

beforeAll(async () => {
  const hub = await startHub()
  hub.repositories.set('somebody/birds', new Map(birds))
  server = await startTestServer({ HF_ENDPOINT: hub.endpoint })
  const sizes = { SUPPORT_POOL: 6, VALIDATION: 3, TEST: 4 }
  own = (await makeDataset(server.library, 'Examples', sizes)).id
})

/** Makes what an example needs that those before it have not left behind. */
const before: Readonly<Record<string, () => Promise<void> | void>> = {
  async MoveImages() {
    values.IMAGE = await firstImage('images(split: SUPPORT_POOL, first: 1) { nodes { image { id } } }')
  },
  async RemoveImages() {
    values.IMAGE = await firstImage('unlabelled(first: 1) { nodes { image: id } }')
  },
  Datasets() {
    values.DATASET = own
  },
  ImportPreview() {
    file = archiveOf(4)
  },
  async CancelImport() {
    const { data } = await server.upload<Data>(
      'mutation ($input: ImportArchiveInput!) { importArchive(input: $input) { import { id } } }',
      { input: { name: 'Stopped', archive: null } },
      { 'input.archive': archiveOf(40) },
    )
    values.IMPORT = data?.importArchive?.import.id ?? ''
  },
  async WatchComparison() {
    await server.library.comparisons.ended(values.COMPARISON ?? '')
    const [runs] = (await server.library.comparisons.runsOf([values.COMPARISON ?? ''])).values()
    values.RUN = runs?.at(-1)?.id ?? ''
  },
  async CancelComparison() {
    finished = values.COMPARISON ?? ''
    const { compare } = await server.query<Data>(
      'mutation ($input: CompareInput!) { compare(input: $input) { comparison { id } } }',
      { input: { dataset: own, support: { shots: [2] }, seeds: [7, 8, 9], methods: [{ method: 'tip-x' }] } },
    )
    values.COMPARISON = compare?.comparison.id ?? ''
  },
  CreateClassifier() {
    values.COMPARISON = finished
  },
  async ClassifierJob() {
    await server.library.classifierJobs.ended(values.CLASSIFIER_JOB ?? '')
  },
  async CancelClassifierJob() {
    const { id: classifierId } = await server.library.classifiers.get('pets')
    // It waits, since nobody has queued it: it cannot end before it is cancelled.
    const { id } = await server.library.store.classifierJobs.create({
      ...{
        kind: 'EVALUATE',
        classifierId,
        classifierName: 'pets',
        version: 1,
        datasetId: values.DATASET ?? '',
      },
      input: { classifier: 'pets', dataset: values.DATASET },
    })
    values.CLASSIFIER_JOB = id
  },
  async CancelDatasetClassification() {
    const { id: classifierId } = await server.library.classifiers.get('pets')
    // It waits, since nobody has queued it: it cannot end before it is cancelled.
    const { id } = await server.library.store.datasetClassifications.create(
      {
        ...{ classifierId, classifierName: 'pets', version: 1, datasetId: values.DATASET ?? '' },
        ...{ split: null, unlabelled: false, topK: 1, format: 'CSV', images: 1 },
      },
      [],
    )
    values.CLASSIFICATION = id
  },
  async DeleteClassifier() {
    await server.library.datasetClassifications.ended(values.CLASSIFICATION ?? '')
    await server.library.classifierJobs.ended(values.CLASSIFIER_JOB ?? '')
  },
  async WatchTraining() {
    await server.library.trainings.ended(values.TRAINING ?? '')
  },
  async RemoveAdapter() {
    const { adapters } = await server.query<{ adapters: { url: string }[] }>('{ adapters { url } }')
    file = Buffer.from(await (await fetch(server.url + adapters[0]?.url)).arrayBuffer())
  },
  async CancelTraining() {
    const { trainAdapter } = await server.query<Data>(
      'mutation ($input: TrainAdapterInput!) { trainAdapter(input: $input) { training { id } } }',
      { input: { dataset: own, bottleneck: 4, batch: 4, epochs: 500, name: 'long' } },
    )
    values.TRAINING = trainAdapter?.training.id ?? ''
  },
  async FitGeneric() {
    await server.library.trainings.cancel(values.TRAINING ?? '')
  },
}

/** Remembers what an example has made. */
function remember(data: Data): void {
  if (data.createDataset) values.DATASET = data.createDataset.dataset.id
  if (data.createSupportSet) values.SUPPORT_SET = data.createSupportSet.supportSet.id
  if (data.compare) values.COMPARISON = data.compare.comparison.id
  if (data.importArchive) values.IMPORT = data.importArchive.import.id
  if (data.trainAdapter) values.TRAINING = data.trainAdapter.training.id
  const started = data.startClassifierCreation ?? data.startClassifierUpdate ?? data.startClassifierEvaluation
  if (started) values.CLASSIFIER_JOB = started.job.id
  if (data.classifyDataset) values.CLASSIFICATION = data.classifyDataset.classification.id
  if (data.moveImages?.change) values.CHANGE = data.moveImages.change.id
}

async function firstImage(selection: string): Promise<string> {
  const answer = JSON.stringify(await server.query(`{ dataset(id: "${values.DATASET}") { ${selection} } }`))
  return /[0-9a-f]{64}/.exec(answer)?.[0] ?? ''
}

const archiveOf = (count: number): Buffer =>
  zipOf(
    Object.fromEntries(pictures.slice(0, count).map((bytes, i) => [`${classNames[i % 3]}/${i}.png`, bytes])),
  )

test('the examples of docs/api run, one after the other', async () => {
  let given = 0
  for (const [operation, example] of examples) {
    await before[example.name]?.()
    const variables = filled(example, (name) => {
      if (name === 'FILE') return null
      if (name === 'BASE64') return pictures[given++ % pictures.length]?.toString('base64') ?? ''
      const value = values[name]
      if (value === undefined) throw new Error(`${operation}: nothing has made ${name}.`)
      return value
    })
    if (operation.startsWith('subscription')) {
      const events = await follow(example.document, variables)
      expect.soft(events, operation).toContain('SUCCEEDED')
      continue
    }
    const answer = placeholdersIn(example).includes('FILE')
      ? await server.upload<Data>(example.document, variables, { [fileOf(operation)]: file })
      : await server.ask<Data>(example.document, variables)
    expect.soft(answer.errors, operation).toBeUndefined()
    remember(answer.data ?? {})
  }
})

const fileOf = (operation: string): string =>
  operation === 'mutation importAdapter' ? 'input.file' : 'input.archive'

/** All events of a subscription, as they are sent. */
async function follow(query: string, variables: object): Promise<string> {
  const response = await fetch(`${server.url}/graphql/stream`, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  return response.text()
}
