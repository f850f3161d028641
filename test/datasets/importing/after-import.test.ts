import { expect, test } from 'vitest'
import { z } from 'zod'
import { afterImport } from '../../../src/datasets/importing/after-import.js'
import { openDatabase } from '../../../src/store/database.js'
import { createStore } from '../../../src/store/store.js'
import { atEnd } from '../../helpers/at-end.js'
import { newDatabases } from '../../helpers/databases.js'
import { createNewRows } from '../../store/new-rows.js'

const rowsSchema = z.array(z.object({ counted: z.number() }))

for (const { kind, title, url } of await newDatabases()) {
  test.skipIf(url === undefined)(
    `after many images the database has counted its rows, on ${title}`,
    async () => {
      const database = await openDatabase(url ?? '')
      atEnd(database.close)
      const store = createStore(database.client, undefined, database.kind)
      /** The rows of a table as the planner knows them; -1 if it has never counted. */
      const counted = async (): Promise<number | undefined> => {
        if (kind === 'sqlite') return undefined
        const sql = `SELECT reltuples::float8 AS counted FROM pg_class WHERE relname = 'DatasetImage'`
        return rowsSchema.parse(await database.client.$queryRawUnsafe(sql))[0]?.counted
      }
      const { newDataset, newImage } = createNewRows(store)
      const { id } = await newDataset()
      await store.datasets.addImages(
        id,
        Array.from({ length: 300 }, () => newImage()),
      )
      const before = await counted()
      await afterImport(store, 4999)
      expect(await counted()).toBe(before)
      await afterImport(store, 5000)
      expect(await counted()).toBe(kind === 'sqlite' ? undefined : 300)
    },
  )
}
