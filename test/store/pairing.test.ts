import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/store/database.js'
import { pairWithDatabase } from '../../src/store/pairing.js'
import { atEnd } from '../helpers/at-end.js'
import { newDatabases } from '../helpers/databases.js'
import { temporaryFolder } from '../helpers/folder.js'

const noStrangers = async () => []
const refused = { code: 'DATABASE_DIFFERS' }

for (const { title, url } of await newDatabases()) {
  describe.skipIf(url === undefined)(title, async () => {
    if (url === undefined) return
    const { client, close } = await openDatabase(url)
    atEnd(close)
    const folder = await temporaryFolder()
    const file = join(folder, 'database.json')

    test('a folder whose images the database does not know is refused', async () => {
      const pairing = pairWithDatabase(folder, client, async () => ['f00'])
      await expect(pairing).rejects.toMatchObject(refused)
      await expect(pairing).rejects.toThrow('such as f00')
      // Nothing was written: the right database can still be joined.
      await pairWithDatabase(folder, client, noStrangers)
    })

    test('a folder and a database that met are joined from then on, and with no others', async () => {
      await pairWithDatabase(folder, client, async () => ['f00'])
      const other = await temporaryFolder()
      await expect(pairWithDatabase(other, client, noStrangers)).rejects.toThrow('another data folder')
      const { client: otherClient, close: closeOther } = await openDatabase(`file:${join(other, 'o.db')}`)
      atEnd(closeOther)
      await expect(pairWithDatabase(folder, otherClient, noStrangers)).rejects.toThrow('another database')
      await pairWithDatabase(other, otherClient, noStrangers)
      await expect(pairWithDatabase(folder, otherClient, noStrangers)).rejects.toThrow('each belongs')
    })

    test('a kill while they were joined is mended by the next start', async () => {
      const whole = await readFile(file, 'utf8')
      await writeFile(file, JSON.stringify({ ...JSON.parse(whole), pending: true }))
      await pairWithDatabase(folder, client, noStrangers)
      expect(await readFile(file, 'utf8')).toBe(whole)

      await client.$executeRawUnsafe('DELETE FROM "_data_folder"')
      await writeFile(file, JSON.stringify({ ...JSON.parse(whole), pending: true }))
      await pairWithDatabase(folder, client, noStrangers)
      await pairWithDatabase(folder, client, noStrangers)
      expect(await readFile(file, 'utf8')).toBe(whole)
    })

    test('a damaged file of the folder is refused', async () => {
      await writeFile(file, '{')
      await expect(pairWithDatabase(folder, client, noStrangers)).rejects.toMatchObject(refused)
      await rm(file)
    })
  })
}
