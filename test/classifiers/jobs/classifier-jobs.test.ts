import { describe, expect, test } from 'vitest'
import type { Classifiers } from '../../../src/classifiers/classifiers.js'
import { createClassifierJobs } from '../../../src/classifiers/jobs/classifier-jobs.js'
import { createEmbeddedQueue } from '../../../src/jobs/embedded-queue.js'
import { makeDataset } from '../../helpers/datasets.js'
import { classNames } from '../../helpers/pictures.js'
import { startTestServer } from '../../helpers/server.js'

const server = await startTestServer()
const { library } = server
const { id: dataset } = await makeDataset(library, 'Jobs', { SUPPORT_POOL: 4, TEST: 5 })
const draw = async (seed: number) =>
  (await library.supportSets.create({ dataset, shots: 2, seed, augmentations: 2 })).id
const known = await draw(1)
await library.classifiers.create({ name: 'known', supportSet: known, method: 'prototype' })

/** Jobs with classifiers that may do something else, on a queue of their own. */
function openJobs(change: Partial<Classifiers> = {}) {
  const failures: unknown[] = []
  const queue = createEmbeddedQueue((_, error) => failures.push(error))
  const jobs = createClassifierJobs({
    ...{ store: library.store, changes: library.changes, queue, onFault: () => undefined },
    classifiers: { ...library.classifiers, ...change },
  })
  return { jobs, failures }
}

const images = (await library.store.datasets.images(dataset, 'TEST')).map(({ imageId: id }) => ({ id }))
const answersOf = async (classifier: string) =>
  (await library.classifiers.classify({ classifier, images, topK: 3 })).map(({ top }) =>
    top.map(({ logit }) => logit),
  )

const fields = `id kind status progress images done classifierName version error errorCode
  classifier { name } dataset { id } evaluation { images accuracy { mean } dataset { id } drift { measure pValue } }`

interface Job {
  readonly id: string
  readonly status: string
  readonly progress: number
  readonly images: number
  readonly done: number
}

const start = (mutation: string, input: object) =>
  server.ask<Record<string, { job: Job }>>(
    `mutation ($input: ${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!) { ${mutation}(input: $input) { job { ${fields} } } }`,
    { input },
  )

async function started(mutation: string, input: object): Promise<Job> {
  const { data, errors } = await start(mutation, input)
  return data?.[mutation]?.job ?? expect.fail(JSON.stringify(errors))
}

const stateOf = async (id: string) =>
  (
    await server.query<{ classifierJob: Job }>(`query ($id: ID!) { classifierJob(id: $id) { ${fields} } }`, {
      id,
    })
  ).classifierJob

describe('a classifier that is made in the background', () => {
  test('encodes its images first, and answers as one that was made at once', async () => {
    const supportSet = await draw(2)
    const source = { source: { supportSet }, method: 'tip-adapter' }
    const asked = await started('startClassifierCreation', { name: ' later ', ...source })
    expect(asked).toMatchObject({ kind: 'CREATE', classifierName: 'later', version: null, classifier: null })
    await library.classifierJobs.ended(asked.id)
    const job = await stateOf(asked.id)
    expect(job).toMatchObject({
      ...{ status: 'SUCCEEDED', progress: 1, version: 1, error: null, errorCode: null },
      ...{ classifier: { name: 'later' }, dataset: { id: dataset }, evaluation: null },
    })
    // The views of the support set are new; the test images were encoded for the first classifier.
    expect(job.images).toBeGreaterThan(0)
    expect(job.images).toBeLessThanOrEqual(2 * classNames.length)
    expect(job.done).toBe(job.images)
    await library.classifiers.create({ name: 'at once', supportSet, method: 'tip-adapter' })
    expect(await answersOf('later')).toEqual(await answersOf('at once'))

    const second = await started('startClassifierUpdate', {
      ...{ name: 'later', source: { supportSet: known }, method: 'prototype' },
    })
    await library.classifierJobs.ended(second.id)
    expect(await stateOf(second.id)).toMatchObject({ kind: 'UPDATE', version: 2, images: 0, progress: 1 })
    expect(await answersOf('later')).toEqual(await answersOf('known'))
    const { classifierJobs } = await server.query<{ classifierJobs: { nodes: Job[]; totalCount: number } }>(
      '{ classifierJobs(classifier: "later", status: [SUCCEEDED]) { nodes { id } totalCount } }',
    )
    expect(classifierJobs).toEqual({ nodes: [{ id: second.id }, { id: asked.id }], totalCount: 2 })
  })

  test('is refused at once with the argument at fault, and nothing is queued', async () => {
    const before = await library.classifierJobs.page({ first: 1 }, {})
    const source = { supportSet: known }
    const refused = async (mutation: string, input: object) =>
      (await start(mutation, input)).errors?.map(({ extensions }) => [extensions.code, extensions.argument])
    const create = (input: object) => refused('startClassifierCreation', input)
    expect(await create({ name: 'known', source, method: 'prototype' })).toEqual([
      ['CLASSIFIER_EXISTS', 'input.name'],
    ])
    expect(await create({ name: '', source, method: 'prototype' })).toEqual([['INVALID_VALUE', 'input.name']])
    expect(await create({ name: 'n', source, method: 'none' })).toEqual([['UNKNOWN_METHOD', 'input.method']])
    expect(await create({ name: 'n', source: { supportSet: 'none' }, method: 'prototype' })).toEqual([
      ['UNKNOWN_SUPPORT_SET', 'input.source.supportSet'],
    ])
    expect(await refused('startClassifierUpdate', { name: 'none', source, method: 'prototype' })).toEqual([
      ['UNKNOWN_CLASSIFIER', 'input.name'],
    ])
    const evaluate = (input: object) =>
      refused('startClassifierEvaluation', { classifier: 'known', ...input })
    expect(await evaluate({ dataset: 'none' })).toEqual([['UNKNOWN_DATASET', 'input.dataset']])
    expect(await evaluate({ dataset, split: 'VALIDATION' })).toEqual([['INVALID_VALUE', 'input.split']])
    expect(await evaluate({ dataset, version: 7 })).toEqual([['UNKNOWN_CLASSIFIER_VERSION', 'input.version']])
    expect((await library.classifierJobs.page({ first: 1 }, {})).totalCount).toBe(before.totalCount)
  })

  test('is made once, though its process ends between the version and the record', async () => {
    const input = { name: 'interrupted', supportSet: known, method: 'prototype' }
    const request = {
      ...{ kind: 'CREATE' as const, classifierName: 'interrupted', classifierId: null, version: null },
      ...{ datasetId: dataset, input },
    }
    const { id } = await library.store.classifierJobs.create(request)
    const { id: classifierId } = await library.classifiers.create(input, { id })
    const { jobs } = openJobs()
    await jobs.resume()
    expect(await jobs.ended(id)).toMatchObject({ status: 'SUCCEEDED', classifierId, version: 1 })
    expect(await answersOf('interrupted')).toEqual(await answersOf('known'))
  })

  test('fails with the error of its name if another has taken that meanwhile, whose file stays', async () => {
    const input = { name: 'taken', supportSet: known, method: 'prototype' }
    const { jobs, failures } = openJobs({
      async create(given, work) {
        await library.classifiers.create(given)
        return library.classifiers.create(given, work)
      },
    })
    const { id } = await jobs.create(input)
    expect(await jobs.ended(id)).toMatchObject({ status: 'FAILED', errorCode: 'CLASSIFIER_EXISTS' })
    expect(failures).toEqual([])
    expect(await answersOf('taken')).toEqual(await answersOf('known'))
  })
})

describe('an evaluation in the background', () => {
  test('measures what the one that is waited for does', async () => {
    const { id } = await started('startClassifierEvaluation', { classifier: 'known', dataset })
    await library.classifierJobs.ended(id)
    const { dataset: of, ...expected } = await library.classifiers.evaluate('known', { dataset })
    expect(of.id).toBe(dataset)
    const row = await library.store.classifierJobs.get(id)
    expect(row).toMatchObject({ status: 'SUCCEEDED', version: 1, result: expected })
    expect(await stateOf(id)).toMatchObject({
      kind: 'EVALUATE',
      evaluation: {
        ...{ images: images.length, dataset: { id: dataset } },
        accuracy: { mean: (expected.accuracy?.mean ?? Number.NaN) / 100 },
        drift: expected.drift?.map(({ measure, pValue }) => ({ measure, pValue })),
      },
    })
  })

  test('that is cancelled stops, and goes on when it is continued', async () => {
    let isWaiting = true
    const { jobs, failures } = openJobs({
      async evaluate(classifier, asked, encoding) {
        await encoding?.onMissing?.(4)
        encoding?.onEncoded?.(1)
        if (!isWaiting) return library.classifiers.evaluate(classifier, asked, encoding)
        return new Promise((_, reject) => {
          encoding?.signal?.addEventListener('abort', () => reject(encoding.signal?.reason))
        })
      },
    })
    const { id } = await jobs.evaluate({ classifier: 'known', dataset })
    await expect.poll(async () => (await stateOf(id)).done).toBe(1)
    expect(await stateOf(id)).toMatchObject({ status: 'RUNNING', images: 4 })
    expect((await stateOf(id)).progress).toBeCloseTo(0.95 / 4)
    await expect(jobs.delete(id)).rejects.toMatchObject({ code: 'IN_USE' })
    expect(await jobs.cancel(id)).toMatchObject({ status: 'CANCELLED' })
    await expect(jobs.cancel(id)).rejects.toMatchObject({ code: 'CLASSIFIER_JOB_FINISHED' })
    isWaiting = false
    await jobs.continue(id)
    expect(await jobs.ended(id)).toMatchObject({ status: 'SUCCEEDED', errorCode: null })
    await expect(jobs.continue(id)).rejects.toMatchObject({ code: 'CLASSIFIER_JOB_FINISHED' })
    expect(failures).toEqual([])
    await jobs.delete(id)
    await expect(jobs.ended(id)).rejects.toMatchObject({ code: 'UNKNOWN_CLASSIFIER_JOB' })
  })

  test('keeps its classifier and its dataset until it has ended', async () => {
    const { id: own } = await makeDataset(library, 'Kept by a job', { SUPPORT_POOL: 2, TEST: 1 })
    const supportSet = await library.supportSets.create({ dataset: own, shots: 1, seed: 1, augmentations: 1 })
    const { id: classifierId } = await library.classifiers.create({
      ...{ name: 'kept', supportSet: supportSet.id, method: 'prototype' },
    })
    const { id } = await library.store.classifierJobs.create({
      ...{ kind: 'EVALUATE', classifierName: 'kept', classifierId, version: 1, datasetId: own },
      input: { classifier: 'kept', dataset: own },
    })
    await expect(library.classifiers.delete('kept')).rejects.toMatchObject({ code: 'IN_USE' })
    await expect(library.deletions.dataset(own)).rejects.toMatchObject({ code: 'IN_USE' })
    await library.classifierJobs.cancel(id)
    await library.classifiers.delete('kept')
  })
})

test('a subscription tells of a job to its end, and its node is found', async () => {
  const { id } = await started('startClassifierEvaluation', { classifier: 'known', dataset })
  const states = []
  for await (const { status } of await library.classifierJobs.watch(id)) states.push(status)
  expect(states.at(-1)).toBe('SUCCEEDED')
  expect(await server.query('query ($id: ID!) { node(id: $id) { __typename id } }', { id })).toEqual({
    node: { __typename: 'ClassifierJob', id },
  })
})
