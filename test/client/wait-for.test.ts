import {
  CompareDocument,
  createClient,
  ImportArchiveDocument,
  ShotboardClientError,
  StartClassifierCreationDocument,
  WatchImportDocument,
} from 'shotboard/client'
import { describe, expect, test } from 'vitest'
import type { ShotboardClient } from '../../client/contract.js'
import type { JobState } from '../../client/job-state.js'
import { waitFor } from '../../client/wait-for.js'
import { zipOf } from '../helpers/archives.js'
import { atEnd } from '../helpers/at-end.js'
import { makeDataset } from '../helpers/datasets.js'
import { picture } from '../helpers/pictures.js'
import { sharedServer } from '../helpers/server.js'

type Step = JobState['status'] | Error

const state = (status: JobState['status']): JobState => ({ id: 'job', status, progress: 0.5, error: null })

/** A client that answers with what it is given, in turn: its last answer for ever. */
function scripted(events: readonly Step[], answers: readonly Step[] = []) {
  const told = { subscriptions: 0, requests: 0 }
  const next = (step: Step | undefined) => {
    if (step instanceof Error) throw step
    const job = step && state(step)
    return { comparison: job, training: job, import: job }
  }
  const client = {
    async request() {
      const answer = answers[Math.min(told.requests, answers.length - 1)]
      told.requests += 1
      return next(answer)
    },
    async *subscribe() {
      told.subscriptions += 1
      for (const event of events) yield next(event)
    },
  } as unknown as Pick<ShotboardClient, 'request' | 'subscribe'>
  return { client, told }
}

const lost = new ShotboardClientError('CONNECTION_CLOSED', 'lost')
const unknown = new ShotboardClientError('UNKNOWN_COMPARISON', 'unknown')
const soon = { pollSeconds: 0.001 }

describe('waiting for a job', () => {
  test('follows its subscription, and tells every state', async () => {
    const { client, told } = scripted(['QUEUED', 'RUNNING', 'SUCCEEDED'])
    const seen: string[] = []
    const ended = await waitFor(client, 'comparison', 'job', { onState: ({ status }) => seen.push(status) })
    expect(ended.status).toBe('SUCCEEDED')
    expect(seen).toEqual(['QUEUED', 'RUNNING', 'SUCCEEDED'])
    expect(told).toEqual({ subscriptions: 1, requests: 0 })
  })

  test.each(['SUCCEEDED', 'FAILED', 'CANCELLED'] as const)('ends when it is %s', async (status) => {
    expect(await waitFor(scripted([status]).client, 'training', 'job')).toMatchObject({ status })
  })

  test.each([
    ['the connection is lost', ['RUNNING', lost]],
    ['the subscription ends early', ['RUNNING']],
  ] as const)('asks again and again when %s', async (_, events) => {
    const { client, told } = scripted(events, ['RUNNING', 'RUNNING', 'FAILED'])
    expect(await waitFor(client, 'training', 'job', soon)).toMatchObject({ status: 'FAILED' })
    expect(told).toEqual({ subscriptions: 1, requests: 3 })
  })

  test('follows an import as well', async () => {
    const { client, told } = scripted(['QUEUED', 'SUCCEEDED'])
    expect(await waitFor(client, 'import', 'job', soon)).toMatchObject({ status: 'SUCCEEDED' })
    expect(told).toEqual({ subscriptions: 1, requests: 0 })
  })

  test('outlasts a service that restarts, but not one that is gone', async () => {
    const back = scripted([lost], [lost, lost, lost, lost, 'SUCCEEDED'])
    expect(await waitFor(back.client, 'comparison', 'job', soon)).toMatchObject({ status: 'SUCCEEDED' })
    const gone = scripted([lost], [lost])
    await expect(waitFor(gone.client, 'comparison', 'job', soon)).rejects.toBe(lost)
    expect(gone.told.requests).toBe(5)
  })

  test.each([
    ['a subscription', scripted([unknown])],
    ['a question', scripted([lost], [unknown])],
  ])('throws what the service answers to %s', async (_, { client }) => {
    await expect(waitFor(client, 'comparison', 'job', soon)).rejects.toBe(unknown)
  })

  test('stops when it is told to', async () => {
    const reason = new Error('enough')
    const controller = new AbortController()
    const { client } = scripted([], ['RUNNING'])
    const waiting = waitFor(client, 'import', 'job', {
      pollSeconds: 3600,
      signal: controller.signal,
      onState: () => controller.abort(reason),
    })
    await expect(waiting).rejects.toBe(reason)
    await expect(waitFor(client, 'import', 'job', { signal: controller.signal })).rejects.toBe(reason)
  })
})

test('a comparison of the service is waited for', async () => {
  const server = await sharedServer()
  const client = createClient({ url: server.url })
  atEnd(client.close)
  const { id } = await makeDataset(server.library, 'Waited for', { SUPPORT_POOL: 1, TEST: 2 })
  const { compare } = await client.request(CompareDocument, {
    input: { dataset: id, support: { shots: [1] }, methods: [{ method: 'zero-shot' }], selection: 'NONE' },
  })
  expect(await client.waitFor('comparison', compare.comparison.id)).toMatchObject({
    id: compare.comparison.id,
    status: 'SUCCEEDED',
    progress: 1,
  })
})

test('an import of the service is waited for, by its subscription', async () => {
  const server = await sharedServer()
  const client = createClient({ url: server.url })
  atEnd(client.close)
  const files = { 'a/0.png': await picture(0, 901), 'b/0.png': await picture(1, 902) }
  const archive = new Blob([new Uint8Array(zipOf(files))])
  const { importArchive } = await client.request(ImportArchiveDocument, {
    input: { archive, name: 'Imported and waited for' },
  })
  const asked = client.subscribe(WatchImportDocument, { id: importArchive.import.id })
  const statuses: string[] = []
  for await (const { import: state } of asked) statuses.push(state.status)
  expect(statuses.at(-1)).toBe('SUCCEEDED')
  expect(await client.waitFor('import', importArchive.import.id)).toMatchObject({ status: 'SUCCEEDED' })
})

test('a classifier that is made in the background is waited for', async () => {
  const server = await sharedServer()
  const client = createClient({ url: server.url })
  atEnd(client.close)
  const { library } = server
  const { id: dataset } = await makeDataset(library, 'Made and waited for', { SUPPORT_POOL: 2, TEST: 1 })
  const { id: supportSet } = await library.supportSets.create({
    ...{ dataset, shots: 2, seed: 1, augmentations: 1 },
  })
  const { startClassifierCreation } = await client.request(StartClassifierCreationDocument, {
    input: { name: 'waited for', source: { supportSet }, method: 'prototype' },
  })
  const { id } = startClassifierCreation.job
  expect(await client.waitFor('classifierJob', id)).toMatchObject({ id, status: 'SUCCEEDED', progress: 1 })
  expect(await library.classifiers.get('waited for')).toMatchObject({ current: 1 })
})
