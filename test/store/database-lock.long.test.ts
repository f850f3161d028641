import { hostname } from 'node:os'
import { describe, expect, test } from 'vitest'
import { lockDatabase } from '../../src/store/database-lock.js'
import { newDatabases, runOnPostgres } from '../helpers/databases.js'

for (const { kind, title, url } of await newDatabases()) {
  describe.skipIf(url === undefined)(title, async () => {
    if (url === undefined) return

    test('a database is held by one at a time, and the refusal says by whom', async () => {
      const lock = await lockDatabase(url)
      const second = lockDatabase(url)
      await expect(second).rejects.toMatchObject({ code: 'DATABASE_IN_USE' })
      await expect(second).rejects.toThrow(`process ${process.pid} on ${hostname()}`)
      await lock.check()
      await lock.release()
      await (await lockDatabase(url)).release()
    })

    test.skipIf(kind === 'sqlite')('a lock that was lost with its connection is taken again', async () => {
      const lock = await lockDatabase(url)
      const database = new URL(url).pathname.slice(1)
      await runOnPostgres(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`,
      )
      await expect
        .poll(() =>
          lockDatabase(url).then(
            ({ release }) => release(),
            ({ code }) => code,
          ),
        )
        .toBe('DATABASE_IN_USE')
      await lock.check()
      await lock.release()
    })

    test.skipIf(kind === 'sqlite')('who lost the lock to another is told', async () => {
      const lock = await lockDatabase(url)
      const database = new URL(url).pathname.slice(1)
      await runOnPostgres(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`,
      )
      const other = await lockDatabase(url)
      await expect
        .poll(() =>
          lock.check().then(
            () => '',
            ({ code }) => code,
          ),
        )
        .toBe('DATABASE_IN_USE')
      await other.release()
      await expect
        .poll(() =>
          lock.check().then(
            () => 'held',
            ({ code }) => code,
          ),
        )
        .toBe('held')
      await lock.release()
    })
  })
}

test('a server that does not answer is DATABASE_UNAVAILABLE', async () => {
  await expect(lockDatabase('postgresql://nobody@127.0.0.1:1/nothing')).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
  })
})
