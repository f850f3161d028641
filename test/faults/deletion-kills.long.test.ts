import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { temporaryFolder } from '../helpers/folder.js'
import { openTestLibrary } from '../helpers/library.js'
import { built, root } from '../helpers/programs.js'
import { compare, everything, request, small } from '../helpers/stored-state.js'

const kills = built ? 'a kill' : 'a kill (skipped: run `npm run build` first)'

/** Deletes a dataset in another process; the code in `kill` makes that process kill itself. */
async function deleteAndDie(folder: string, dataset: string, kill: string): Promise<void> {
  const script = `
    import { openLibrary, readSettings } from ${JSON.stringify(join(root, 'dist/index.js'))}
    const library = await openLibrary(readSettings(process.env))
    const die = () => process.kill(process.pid, 'SIGKILL')
    ${kill}
    await library.deletions.dataset(${JSON.stringify(dataset)})
    console.log('still alive')
  `
  const args = ['--input-type=module', '--eval', script]
  const env = { PATH: process.env.PATH, SHOTBOARD_DATA_DIR: folder }
  const died = await promisify(execFile)(process.execPath, args, { cwd: root, env }).catch((error) => error)
  expect(died.signal).toBe('SIGKILL')
}

describe.skipIf(!built)(kills, () => {
  test.each([
    ['before the rows are gone', 'library.store.deletions.dataset = die', true],
    ['after the rows and before the files', 'library.runResults.remove = die', false],
    ['after results and features, before the images', 'library.imageFiles.remove = die', false],
  ])(
    '%s leaves all of a dataset or nothing of it after the next start',
    { timeout: 60_000 },
    async (_, kill, stays) => {
      const folder = await temporaryFolder()
      const url = `file:${join(folder, 'shotboard.db')}`
      const first = await openTestLibrary(folder)
      const kept = await makeDataset(first, 'Kept', small)
      await compare(first, request(kept.id))
      const without = await everything(folder, url)
      const { id } = await makeDataset(first, 'Gone', { SUPPORT_POOL: 3, TEST: 4 })
      await compare(first, request(id, { seeds: [5] }))
      const before = await everything(folder, url)
      await first.close()

      await deleteAndDie(folder, id, kill)
      expect((await everything(folder, url)).recoveryMarkers).toEqual(['deleting'])
      const second = await openTestLibrary(folder)
      const after = await everything(folder, url)
      if (stays) expect(after).toEqual(before)
      else expect({ ...after, features: {} }).toEqual({ ...without, features: {} })
      expect((await compare(second, request(kept.id, { seeds: [9] }))).length).toBe(36)
    },
  )
})
