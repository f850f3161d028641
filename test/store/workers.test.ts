import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '../../src/store/database.js'
import { createWorkerRepository } from '../../src/store/workers.js'
import { atEnd } from '../helpers/at-end.js'
import { temporaryFolder } from '../helpers/folder.js'

test('a worker is alive until it leaves, or has said nothing for a minute', async () => {
  const database = await openDatabase(`file:${join(await temporaryFolder(), 'db')}`)
  atEnd(database.close)
  const workers = createWorkerRepository(database.client, 'sqlite')
  const worker = (id: string) => ({ id, processor: 'cpu-x64-avx2', kinds: ['encode', 'run'] })
  for (const id of ['a', 'b', 'c', 'b']) await workers.beat(worker(id))
  expect(await workers.alive()).toEqual(['a', 'b', 'c'].map(worker))
  await workers.leave('a')
  await database.client.$executeRawUnsafe(
    `UPDATE "Worker" SET "seenAt" = datetime('now', '-2 minutes') WHERE "id" = 'b'`,
  )
  expect(await workers.alive()).toEqual([worker('c')])
  await workers.beat(worker('c'))
  expect(await database.client.worker.count()).toBe(1)
})
