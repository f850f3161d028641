import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { jobKinds } from '../../src/jobs/job.js'
import { openSharedQueue } from '../../src/jobs/shared-queue.js'
import { queueServers } from '../helpers/queues.js'
import { testJobQueue } from './job-queue-suite.js'

for (const { title, url } of await queueServers()) {
  testJobQueue(
    title,
    (onError) =>
      openSharedQueue({
        ...{ url: url ?? '', name: randomUUID(), kinds: jobKinds, processor: 'own', onError },
        onFault: (error) => {
          throw error
        },
      }),
    { skip: url === undefined },
  )
}

for (const { title, url } of await queueServers()) {
  test.skipIf(url === undefined)(
    `jobs for a kind of processor go to processes that have it: ${title}`,
    async () => {
      const name = randomUUID()
      const done: string[] = []
      async function open(processor: string) {
        const queue = await openSharedQueue({
          ...{ url: url ?? '', name, kinds: jobKinds, processor },
          onError: (_, error) => {
            throw error
          },
          onFault: (error) => {
            throw error
          },
        })
        queue.handle('run', async ({ id }) => void done.push(`${processor} ${id}`), 1)
        return queue
      }
      const queues = [await open('one'), await open('two')] as const
      try {
        const ids = Array.from({ length: 6 }, (_, i) => `run-${i}`)
        for (const id of ids) await queues[0].add({ kind: 'run', id, processor: 'two' })
        await expect.poll(() => done.length, { timeout: 30_000 }).toBe(ids.length)
        expect(done).toEqual(ids.map((id) => `two ${id}`))
      } finally {
        for (const queue of queues) await queue.close()
      }
    },
  )
}

test('a server that is not reached is an error at the start', async () => {
  const opening = openSharedQueue({
    ...{ url: 'redis://127.0.0.1:1', name: 'none', kinds: jobKinds, processor: 'own' },
    ...{ onError: () => {}, onFault: () => {} },
  })
  await expect(opening).rejects.toMatchObject({
    code: 'QUEUE_UNAVAILABLE',
    message: expect.stringContaining('ECONNREFUSED'),
  })
})
