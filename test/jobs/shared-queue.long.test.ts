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
        ...{ url: url ?? '', name: randomUUID(), kinds: jobKinds, onError },
        onFault: (error) => {
          throw error
        },
      }),
    { skip: url === undefined },
  )
}

test('a server that is not reached is an error at the start', async () => {
  const opening = openSharedQueue({
    ...{ url: 'redis://127.0.0.1:1', name: 'none', kinds: jobKinds },
    ...{ onError: () => {}, onFault: () => {} },
  })
  await expect(opening).rejects.toMatchObject({
    code: 'QUEUE_UNAVAILABLE',
    message: expect.stringContaining('ECONNREFUSED'),
  })
})
