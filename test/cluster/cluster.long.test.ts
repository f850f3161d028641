import { setTimeout } from 'node:timers/promises'
import { parse } from 'csv-parse/sync'
import { createClient, ShotboardClientError, WatchComparisonDocument } from 'shotboard/client'
import { afterEach, describe, expect, test } from 'vitest'
import type { OpenedLibrary } from '../../src/library/library.js'
import { seeded } from '../../src/system/random.js'
import { makeDataset } from '../helpers/datasets.js'
import { temporaryFolder } from '../helpers/folder.js'
import { openTestLibrary } from '../helpers/library.js'
import { request } from '../helpers/library-comparisons.js'
import { queueServers } from '../helpers/queues.js'
import {
  isReady,
  type Member,
  newShared,
  openMember,
  startMember,
  startServers,
  stopMembers,
  throughCable,
} from './cluster.js'
import { canCutNetworks, newNetwork } from './network.js'

const grid = {
  shots: [1, 2, 4],
  seeds: [1, 2, 3],
  methods: ['zero-shot', 'tip-adapter', 'tip-adapter++', 'tip-x', 'prototype', 'gda', 'ridge'].map(
    (method) => ({
      method,
    }),
  ),
}
const sizes = { SUPPORT_POOL: 8, VALIDATION: 6, TEST: 30 }
const kills = Number(process.env.SHOTBOARD_KILLS ?? 6)
/** At most; a process needs about as long to start. */
const msBetweenKills = 2500
/** After so many kills a member is stopped for longer than the lock of a job lasts. */
const killsBeforeSleeps = [2, 5]

/** What must be the same wherever and however often it is computed, by run. */
async function resultsOf(library: OpenedLibrary, comparison: string) {
  const runs = await library.comparisons.runs(comparison)
  return Promise.all(
    runs.map(async ({ id, method, space, shots, seed, status, error, result }) => ({
      ...{ method, space, shots, seed, status, error },
      ...{ accuracy: result?.accuracy, calibrationError: result?.calibrationError },
      ...{ hyperparameters: result?.hyperparameters, temperature: result?.temperature },
      predictions: result && (await library.runs.predictions(id)),
    })),
  )
}

async function alone() {
  const library = await openTestLibrary(await temporaryFolder())
  const dataset = await makeDataset(library, 'Cluster', sizes)
  const { id } = await library.comparisons.compare(request(dataset.id, grid))
  await library.comparisons.ended(id)
  return resultsOf(library, id)
}

let known: ReturnType<typeof alone> | undefined
/** Computed once, and only where there is a cluster. */
const expected = () => {
  known ??= alone()
  return known
}

afterEach(stopMembers)

const servers = await startServers()
const canCut = await canCutNetworks()
const queues = (await queueServers(servers.redis?.url)).map((queue) =>
  queue.title.startsWith('Postgres') ? { title: 'Postgres', url: 'postgres' } : queue,
)

for (const queue of queues) {
  const { title, environment } = await newShared(queue, servers)
  describe.skipIf(environment === undefined)(`a cluster with the queue: ${title}`, () => {
    test('finishes a comparison while its processes are killed and stopped, with the rows of one machine', async () => {
      if (!environment) return
      const library = await openMember(environment)
      const dataset = await makeDataset(library, 'Cluster', sizes)
      const services = await Promise.all(
        ['service 1', 'service 2'].map((name) => startMember(name, ['start'], environment)),
      )
      const workers = await Promise.all(
        ['worker 1', 'worker 2', 'worker 3'].map((name) => startMember(name, ['worker'], environment)),
      )
      await Promise.all([...services, ...workers].map(isReady))
      const { id } = await library.comparisons.compare(request(dataset.id, grid))
      const heard = services.map(({ url }) => lastState(url, id))

      const stop = new AbortController()
      // Redis has forgotten everything when it comes back; the S3 server has not.
      const own = [servers.redis, servers.s3].flatMap((server) => server ?? [])
      const killing = killAtRandom([...workers, ...services], own, stop.signal)
      const ended = await library.comparisons.ended(id)
      stop.abort()
      const killed = await killing
      expect(ended, `${killed} kills`).toMatchObject({ status: 'SUCCEEDED', error: null })
      expect(await Promise.all(heard)).toEqual(['SUCCEEDED', 'SUCCEEDED'])
      expect(await resultsOf(library, id)).toEqual(await expected())
    })

    const cut = canCut ? '' : ' (skipped: network namespaces need Linux and the rights of root)'
    test.skipIf(!canCut)(`finishes though a worker is cut off from all others${cut}`, async () => {
      if (!environment) return
      const network = await newNetwork()
      const library = await openMember(environment)
      const dataset = await makeDataset(library, 'Cut off', sizes)
      const distant = await startMember(
        ...(['distant worker', ['worker'], await throughCable(environment, network), network] as const),
      )
      const near = await startMember('worker', ['worker', '--kinds', 'compare,encode'], environment)
      await Promise.all([distant, near].map(isReady))
      const { id } = await library.comparisons.compare(request(dataset.id, grid))
      const done = async () =>
        (await library.comparisons.runs(id)).filter(({ status }) => status === 'SUCCEEDED').length
      // The distant worker alone does runs until it is cut off in the middle of them.
      await expect.poll(done, { timeout: 120_000 }).toBeGreaterThan(2)
      await network.cut()
      const before = await done()
      const helper = await startMember('helper', ['worker'], environment)
      await isReady(helper)
      await setTimeout(msPastLock)
      await network.mend()
      expect(await library.comparisons.ended(id)).toMatchObject({ status: 'SUCCEEDED', error: null })
      expect(await done()).toBeGreaterThan(before)
      expect(await resultsOf(library, id)).toEqual(await expected())
      // It is back among the others, and says so.
      await expect
        .poll(async () => (await fetch(`${distant.url}/readyz`)).ok, { timeout: 120_000 })
        .toBe(true)
    })

    test('a comparison goes on with workers of the kind of processor that it began with', async () => {
      if (!environment) return
      const library = await openMember(environment)
      const dataset = await makeDataset(library, 'Kinds', sizes)
      const start = async (name: string, kind: string) => {
        const member = await startMember(name, ['worker'], { ...environment, SHOTBOARD_PROCESSOR: kind })
        await isReady(member)
        return member
      }
      const first = await start('one', 'one')
      const { id } = await library.comparisons.compare(request(dataset.id, grid))
      const done = async () =>
        (await library.comparisons.runs(id)).filter(({ status }) => status === 'SUCCEEDED').length
      await expect.poll(done, { timeout: 120_000 }).toBeGreaterThan(2)
      await first.stop()
      const before = await done()
      await start('two', 'two')
      await expect
        .poll(() => library.comparisons.get(id), { timeout: 120_000 })
        .toMatchObject({ status: 'RUNNING', processor: 'one', errorCode: 'NO_WORKER' })
      expect(await done()).toBe(before)
      await start('another one', 'one')
      expect(await library.comparisons.ended(id)).toMatchObject({ status: 'SUCCEEDED', error: null })
      const runs = await library.comparisons.runs(id)
      expect(new Set(runs.map(({ processor }) => processor))).toEqual(new Set(['one']))
      expect(await resultsOf(library, id)).toEqual(await expected())
    })

    test('classifies a dataset in parts while a worker is killed, with the answers of one process', async () => {
      if (!environment) return
      const library = await openMember(environment)
      const { id: datasetId } = await makeDataset(library, 'Classified', sizes)
      const supportSet = await library.supportSets.create({
        ...{ dataset: datasetId, shots: 2, seed: 1, augmentations: 1 },
      })
      await library.classifiers.create({ name: 'shared', supportSet: supportSet.id, method: 'prototype' })
      const classifier = await library.classifiers.get('shared')
      const images = { datasetId, split: null, unlabelled: false }
      const rows = library.store.datasetClassifications
      const request = {
        ...{ ...images, classifierId: classifier.id, classifierName: 'shared', version: 1, topK: 1 },
        ...{ format: 'CSV' as const, images: await rows.count(images) },
      }
      // Smaller parts than usual. Whoever looks for unfinished records next queues it.
      const { id } = await rows.create(request, await rows.ranges(images, 11))
      const workers = await Promise.all(
        ['worker 1', 'worker 2'].map((name) => startMember(name, ['worker'], environment)),
      )
      await Promise.all(workers.map(isReady))
      await expect.poll(async () => (await rows.get(id))?.done, { timeout: 60_000 }).toBeGreaterThan(0)
      await workers[0]?.replace()
      expect(await library.datasetClassifications.ended(id)).toMatchObject({
        ...{ status: 'SUCCEEDED', done: request.images, unread: 0 },
      })
      const parts = await rows.parts(id)
      const files = await Promise.all(
        parts.map(({ number }) => library.datasetClassifications.file(id, number)),
      )
      const answers = files.flatMap(({ content }) =>
        parse<Record<string, string>>(Buffer.from(content), { columns: true }),
      )
      const ids = (await library.store.datasets.images(datasetId)).map(({ imageId }) => imageId)
      expect(parts.length).toBeGreaterThan(8)
      expect(answers.map(({ image }) => image)).toEqual(ids)
      const alone = await library.classifiers.classify({
        ...{ classifier: 'shared', topK: 1, images: ids.map((image) => ({ id: image })) },
      })
      expect(answers.map((answer) => answer.class)).toEqual(alone.map(({ top }) => top[0]?.class.name))
    })

    test('what another process does to a classifier counts for the next image', async () => {
      if (!environment) return
      const [one, other] = [await openMember(environment), await openMember(environment)]
      const dataset = await makeDataset(one, 'Changed', sizes)
      const { id: supportSet } = await one.supportSets.create({
        ...{ dataset: dataset.id, shots: 2, seed: 1, augmentations: 1 },
      })
      const [image] = await one.store.datasets.images(dataset.id, 'TEST')
      const logits = async () => {
        const images = [{ id: image?.imageId ?? '' }]
        const [answer] = await other.classifiers.classify({ classifier: 'changed', images, topK: 1 })
        return answer?.top[0]?.logit
      }
      await one.classifiers.create({ name: 'changed', supportSet, method: 'tip-adapter' })
      const first = await logits()
      await one.classifiers.update({ name: 'changed', supportSet, method: 'prototype' })
      const second = await logits()
      expect(second).not.toBe(first)
      await one.classifiers.rollback('changed')
      expect(await logits()).toBe(first)
      await one.classifiers.delete('changed')
      await expect(logits()).rejects.toMatchObject({ code: 'UNKNOWN_CLASSIFIER' })
    })

    test('a cancellation by one process stops the work of another', async () => {
      if (!environment) return
      const library = await openMember(environment)
      const dataset = await makeDataset(library, 'Cancelled', sizes)
      const worker = await startMember('worker', ['worker'], environment)
      await isReady(worker)
      const { id } = await library.comparisons.compare(request(dataset.id, grid))
      await expect.poll(async () => (await library.comparisons.get(id))?.status).toBe('RUNNING')
      expect(await library.comparisons.cancel(id)).toMatchObject({ status: 'CANCELLED' })
      await expect.poll(library.jobCounts).toMatchObject({ running: 0 })
      const statuses = (await library.comparisons.runs(id)).map(({ status }) => status)
      expect(new Set(statuses).has('RUNNING')).toBe(false)
      await setTimeout(1000)
      expect((await library.comparisons.runs(id)).map(({ status }) => status)).toEqual(statuses)
    })
  })
}

/** The last state that a subscriber of a service hears, across the service's ends. */
async function lastState(url: string, id: string): Promise<string> {
  let last = ''
  while (last === '' || last === 'QUEUED' || last === 'RUNNING') {
    const client = createClient({ url })
    try {
      for await (const { comparison } of client.subscribe(WatchComparisonDocument, { id }))
        last = comparison.status
    } catch (error) {
      // The service is gone for longer than a client waits.
      if (!(error instanceof ShotboardClientError) || error.code !== 'SERVER_UNREACHABLE') throw error
      await setTimeout(500)
    } finally {
      await client.close()
    }
  }
  return last
}

/** Kills members and servers, and stops two members for longer than the lock of a job lasts. Returns the number of kills. */
async function killAtRandom(
  members: readonly Member[],
  servers: readonly Pick<Member, 'replace'>[],
  signal: AbortSignal,
): Promise<number> {
  const random = seeded('kills')
  const asleep = new Set<unknown>()
  let killed = 0
  while (killed < kills && !signal.aborted) {
    await setTimeout(random.next() * msBetweenKills, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) break
    const victims = [...members, ...servers].filter((each) => !asleep.has(each))
    await victims[random.integer(victims.length)]?.replace()
    killed++
    const sleeper = members[killsBeforeSleeps.indexOf(killed)]
    if (sleeper) {
      asleep.add(sleeper)
      sleepPastLock(sleeper, () => asleep.delete(sleeper))
    }
  }
  return killed
}

const msPastLock = 20_000

function sleepPastLock(member: Member, onAwake: () => void): void {
  const child = member.process()
  child.kill('SIGSTOP')
  const wake = () => {
    child.kill('SIGCONT')
    onAwake()
  }
  globalThis.setTimeout(wake, msPastLock).unref()
}
