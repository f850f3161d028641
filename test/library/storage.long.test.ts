import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { filesBelow, temporaryFolder } from '../helpers/folder.js'
import { openTestLibrary } from '../helpers/library.js'
import { names, small } from '../helpers/stored-state.js'

test('a start with another database after an interrupted add is refused, and every image stays', async () => {
  const folder = await temporaryFolder()
  const first = await openTestLibrary(folder)
  await makeDataset(first, 'Mine', small)
  await first.close()
  const images = await names(folder, 'images')
  expect(images.length).toBeGreaterThan(0)
  await mkdir(join(folder, 'unsettled'), { recursive: true })
  for (const marker of ['adding', 'deleting']) await writeFile(join(folder, 'unsettled', marker), '')

  const other = { DATABASE_URL: `file:${join(await temporaryFolder(), 'other.db')}` }
  await expect(openTestLibrary(folder, other)).rejects.toMatchObject({ code: 'DATABASE_DIFFERS' })
  // A folder of a version that did not write down its database is protected as well.
  await rm(join(folder, 'database.json'))
  await expect(openTestLibrary(folder, other)).rejects.toMatchObject({ code: 'DATABASE_DIFFERS' })
  expect(await names(folder, 'images')).toEqual(images)
})

test('a start clears away what a killed process left, and keeps for some days what no row names', async () => {
  const folder = await temporaryFolder()
  const first = await openTestLibrary(folder)
  await makeDataset(first, 'Kept', small)
  await first.close()
  const before = await names(folder, 'images')

  const partial = () => `x.${randomUUID()}.partial`
  const places = ['.', 'runs', 'adapters/mini-clip', 'trainings/some', 'archives', 'images/00']
  for (const place of places) {
    await mkdir(join(folder, place), { recursive: true })
    await writeFile(join(folder, place, partial()), '')
  }
  const [run, archive, image] = [randomUUID(), randomUUID(), `00${'0'.repeat(62)}`]
  await writeFile(join(folder, 'runs', `${run}.safetensors`), '')
  await writeFile(join(folder, 'archives', archive), '')
  await writeFile(join(folder, 'images/00', image), '')
  const longAgo = new Date('2020-01-01')
  for (const name of ['.opening-old', '.adding-old', '.opening-new', `.adding-new-${'a'.repeat(12)}`]) {
    await mkdir(join(folder, 'models', name), { recursive: true })
    if (name.endsWith('old')) await utimes(join(folder, 'models', name), longAgo, longAgo)
  }
  await mkdir(join(folder, 'unsettled'), { recursive: true })
  for (const marker of ['adding', 'deleting']) await writeFile(join(folder, 'unsettled', marker), '')

  const second = await openTestLibrary(folder)
  await second.close()
  const left = await filesBelow(folder)
  expect(left.filter((file) => file.endsWith('.partial'))).toEqual([])
  const trash = left.filter((file) => file.startsWith(join(folder, 'trash')))
  expect(trash.map((file) => file.split('/').slice(-2).join('/')).sort()).toEqual(
    [`archives/${archive}`, `images/${image}`, `runs/${run}.safetensors`].sort(),
  )
  expect(await names(folder, 'images')).toEqual(before)
  expect((await readdir(join(folder, 'models'))).sort()).toEqual([
    `.adding-new-${'a'.repeat(12)}`,
    '.opening-new',
  ])
})

test('two services with data folders of their own do not share a database', async () => {
  const shared = { DATABASE_URL: `file:${join(await temporaryFolder(), 'shared.db')}` }
  const first = await openTestLibrary(await temporaryFolder(), shared)
  await expect(openTestLibrary(await temporaryFolder(), shared)).rejects.toMatchObject({
    code: 'DATABASE_IN_USE',
  })
  await first.close()
  // And not one after the other either: the rows would lack their files.
  await expect(openTestLibrary(await temporaryFolder(), shared)).rejects.toMatchObject({
    code: 'DATABASE_DIFFERS',
  })
})
