import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/store/database.js'
import { newDatabases } from '../helpers/databases.js'
import { built, title as builtTitle, root } from '../helpers/programs.js'

for (const { title, url } of await newDatabases()) {
  if (url === undefined) test.skip(title, () => {})
  else describe(title, () => processes(url))
}

function processes(url: string): void {
  const workers = Promise.allSettled(
    (built ? ['a', 'b', 'c'] : []).map((name) =>
      promisify(execFile)(process.execPath, worker(url, name), { cwd: root }),
    ),
  )

  test.skipIf(!built)(
    `processes of ${builtTitle} that start at once on an empty database all work on it`,
    async () => {
      expect((await workers).filter(({ status }) => status === 'rejected')).toEqual([])
      const { client, close } = await openDatabase(url)
      expect(await client.dataset.count()).toBe(3)
      expect(await client.datasetImage.count()).toBe(3 * 5 * 20)
      await close()
    },
  )
}

/** A process that opens the database and writes to it, again and again. */
const worker = (url: string, name: string): string[] => [
  '--eval',
  `const run = async () => {
    const { openDatabase } = await import('./dist/store/database.js')
    const { createStore } = await import('./dist/store/store.js')
    const { client, kind, close } = await openDatabase('${url}')
    const { datasets } = createStore(client, undefined, kind)
    const { id } = await datasets.create('${name}', [{ name: 'a', prompts: ['b'] }])
    for (let i = 0; i < 5; i++) {
      await datasets.addImages(id, Array.from({ length: 20 }, (_, k) => ({
        imageId: '${name}' + i + '-' + k, classIndex: 0, split: 'TEST', width: 1, height: 1, format: 'png', bytes: 1,
      })))
    }
    await close()
  }
  run()`,
]
