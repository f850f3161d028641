import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readSettings } from '../../src/settings/settings.js'
import { openDatabase } from '../../src/store/database.js'
import { createStore } from '../../src/store/store.js'
import { newDatabases } from '../helpers/databases.js'
import { filesBelow, temporaryFolder } from '../helpers/folder.js'
import { root } from '../helpers/programs.js'

for (const { title, kind, url } of await newDatabases()) {
  if (url === undefined) test.skip(title, () => {})
  else describe(title, () => migrations(kind, url))
}

function migrations(kind: string, url: string): void {
  test('migrations are applied once, and opening again keeps what is there', async () => {
    const first = await openDatabase(url)
    const { id } = await createStore(first.client, undefined, first.kind).datasets.create('Kept', [
      { name: 'a', prompts: ['b'] },
    ])
    const [second, third] = await Promise.all([openDatabase(url), openDatabase(url)])
    expect(second.kind).toBe(kind)
    expect(await createStore(second.client, undefined, second.kind).datasets.getMany([id])).toMatchObject([
      { name: 'Kept' },
    ])
    const applied = await third.client.$queryRawUnsafe<{ name: string }[]>('SELECT "name" FROM "_migrations"')
    const scripts = await readdir(join(root, 'prisma/migrations', kind))
    expect(applied.map(({ name }) => name).sort()).toEqual(scripts.sort())
    await Promise.all([first, second, third].map(({ close }) => close()))
  })
}

test('a data folder may have any name', async () => {
  const folder = join(await temporaryFolder(), 'a b', '100%', 'ü#?&')
  const { databaseUrl } = readSettings({ SHOTBOARD_DATA_DIR: folder })
  const { client, close } = await openDatabase(databaseUrl)
  await client.dataset.create({ data: { name: 'Here' } })
  await close()
  expect(await filesBelow(folder)).toContain(join(folder, 'shotboard.db'))
})

test('a database that cannot be opened is told with its reason', async () => {
  const folder = await temporaryFolder()
  const unavailable = (says: RegExp) => ({
    code: 'DATABASE_UNAVAILABLE',
    message: expect.stringMatching(says),
  })
  await expect(openDatabase(`file:${folder}`)).rejects.toMatchObject(unavailable(/cannot be used: .+/))
  await expect(openDatabase(`file:${join(import.meta.filename, 'test.db')}`)).rejects.toMatchObject(
    unavailable(/database\.test\.ts/),
  )
  await expect(openDatabase('postgresql://nobody@127.0.0.1:1/nothing')).rejects.toMatchObject(
    unavailable(/NotReachable|refused/),
  )
})

const openFiles = '/proc/self/fd'
test.skipIf(!existsSync(openFiles))('transactions leave no file open', async () => {
  const folder = await temporaryFolder()
  const { client, close } = await openDatabase(`file:${join(folder, 'test.db')}`)
  const store = createStore(client)
  const open = () => readdirSync(openFiles).filter((fd) => targetOf(fd).startsWith(folder)).length
  await store.datasets.create('First', [{ name: 'a', prompts: ['b'] }])
  const before = open()
  for (let i = 0; i < 20; i++) await store.datasets.create(String(i), [{ name: 'a', prompts: ['b'] }])
  // One that was open before may have been closed since.
  expect(open()).toBeLessThanOrEqual(before)
  await close()
})

function targetOf(fd: string): string {
  try {
    return readlinkSync(join(openFiles, fd))
  } catch {
    return ''
  }
}

test('a transaction that fails leaves the connection as it was', async () => {
  const { client, close } = await openDatabase(`file:${join(await temporaryFolder(), 'test.db')}`)
  const failing = client.$transaction(async (tx) => {
    await tx.dataset.create({ data: { name: 'Undone' } })
    throw new Error('no luck')
  })
  await expect(failing).rejects.toThrow('no luck')
  const done = client.$transaction(async (tx) => tx.dataset.create({ data: { name: 'Done' } }))
  const alongside = client.dataset.create({ data: { name: 'Alongside' } })
  await Promise.all([done, alongside])
  const names = (await client.dataset.findMany({ orderBy: { name: 'asc' } })).map(({ name }) => name)
  expect(names).toEqual(['Alongside', 'Done'])
  await close()
})

test('the schemas of SQLite and Postgres differ in provider and output alone', async () => {
  const linesOf = async (kind: string) =>
    (await readFile(join(root, 'prisma', `${kind}.prisma`), 'utf8'))
      .split('\n')
      .filter((line) => !line.startsWith('//'))
  const [sqlite, postgres] = [await linesOf('sqlite'), await linesOf('postgres')]
  expect(postgres.length).toBe(sqlite.length)
  const different = postgres
    .filter((line, i) => line !== sqlite[i])
    .map((line) => line.trim().replace(/ +/g, ' '))
  expect(different).toEqual(['output = "../src/store/generated/postgres"', 'provider = "postgresql"'])
})
