import { expect, test } from 'vitest'
import { createEmbeddedQueue } from '../../src/jobs/embedded-queue.js'
import { testJobQueue } from './job-queue-suite.js'

testJobQueue('embedded', async (onError) => createEmbeddedQueue(onError))

test('a job without a handler is refused', async () => {
  const queue = createEmbeddedQueue(() => {})
  await expect(queue.add({ kind: 'train', id: 'a' })).rejects.toThrow('no handler')
})
