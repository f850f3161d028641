import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { browserPath, dropOn, withBrowser } from '../helpers/browser.js'
import { openDashboard } from '../helpers/dashboard.js'
import { makeDataset } from '../helpers/datasets.js'
import { temporaryFolder } from '../helpers/folder.js'
import { classNames, picture } from '../helpers/pictures.js'

describe.skipIf(browserPath === undefined)(withBrowser, async () => {
  if (browserPath === undefined) return
  const { server, dataset, open } = await openDashboard()

  test('a folder that is dropped becomes a dataset, with what could not be read named, and prompts to edit', async () => {
    const folder = join(await temporaryFolder(), 'Dropped shapes')
    for (const [i, name] of classNames.entries()) {
      await mkdir(join(folder, name), { recursive: true })
      for (let k = 0; k < 6; k++) await writeFile(join(folder, name, `${k}.png`), await picture(i, 100 + k))
    }
    await writeFile(join(folder, classNames[0], 'broken.png'), 'no picture')
    const page = await open('/datasets/new')
    await dropOn(page, 'form [class*=zone]', [folder])
    await page.getByText('19 files').waitFor()
    // The person sees what would be imported before anything is stored.
    await page
      .getByText('A new dataset “Dropped shapes” gets 18 images in 3 classes. Nothing is stored yet.')
      .waitFor()
    await page.getByText('1 file left out').waitFor()
    expect(await server.library.datasets.findByName('Dropped shapes')).toBeNull()
    await page.getByRole('button', { name: 'Import' }).click()
    await page.getByText('Dropped shapes imported').waitFor()
    await page.getByText('18 of 19 files added').waitFor()
    await page.getByRole('rowheader', { name: /broken\.png/ }).waitFor()
    await page.getByRole('link', { name: 'Open the dataset' }).click()
    await page.getByRole('button', { name: `Edit the prompts of ${classNames[1]}` }).click()
    await page.getByLabel('One per line').fill('green squares on grey.\na board of green squares.')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('a board of green squares.').waitFor()
  })

  test('the folder nearest to the image names the class where a person says so', async () => {
    const folder = join(await temporaryFolder(), 'Nested shapes')
    for (const [i, name] of classNames.entries()) {
      await mkdir(join(folder, 'shapes', 'all', name), { recursive: true })
      await mkdir(join(folder, 'more shapes', name), { recursive: true })
      await writeFile(join(folder, 'shapes', 'all', name, '1.png'), await picture(i, 300))
      await writeFile(join(folder, 'more shapes', name, '2.png'), await picture(i, 301))
    }
    const page = await open('/datasets/new')
    await dropOn(page, 'form [class*=zone]', [folder])
    await page.getByText('gets 6 images in 2 classes').waitFor()
    await page.getByRole('radio', { name: 'The folder nearest to the image' }).check()
    await page.getByRole('button', { name: 'Check again' }).click()
    await page.getByText('gets 6 images in 3 classes').waitFor()
    await page.getByRole('button', { name: 'Import' }).click()
    await page.getByText('Nested shapes imported').waitFor()
    const { id = '' } = (await server.library.store.datasets.findByName('Nested shapes')) ?? {}
    const classes = await server.library.datasets.classes(id)
    expect(classes.map(({ name }) => name).sort()).toEqual([...classNames].sort())
  })

  test('a comparison is cancelled, and says so', async () => {
    const { id } = await server.library.comparisons.compare({
      dataset: dataset.id,
      shots: [1],
      seeds: Array.from({ length: 200 }, (_, i) => i + 1),
      methods: [{ method: 'slow' }],
      selection: 'NONE',
      klScaling: 'FROZEN',
      augmentations: 1,
    })
    const page = await open(`/compare/${id}`)
    await page.getByRole('progressbar', { name: 'Progress of the comparison' }).waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByText('Cancelled').first().waitFor()
    await server.library.comparisons.ended(id)
  })

  test('what cannot be compared is said where it was asked for', async () => {
    const page = await open(`/compare/new?dataset=${dataset.id}`)
    await page.getByLabel('Shots').fill('1, 500')
    await page.getByRole('button', { name: 'Compare' }).click()
    await page.getByText(/but 500 shots were requested/).waitFor()
    await expect.poll(() => page.getByLabel('Shots').getAttribute('aria-invalid')).toBe('true')
    await page.getByLabel('Shots').fill('one')
    await page.getByText('Give whole numbers, separated by commas.').waitFor()
    const unknown = await open('/compare/nothing')
    await unknown.getByText('Comparison nothing not found.').waitFor()
  })

  test('an image that is dropped is classified; what is none says so', async () => {
    const folder = await temporaryFolder()
    const [image, broken] = [join(folder, 'new.png'), join(folder, 'broken.png')]
    await writeFile(image, await picture(2, 9999))
    await writeFile(broken, 'no picture')
    const page = await open(`/try?dataset=${dataset.id}&shots=2&methods=zero-shot`)
    await dropOn(page, '[class*=zone]', [image])
    await page.getByRole('article', { name: 'Zero-shot CLIP' }).waitFor()
    await page.getByText('40 × 40 pixels').waitFor()
    await dropOn(page, '[class*=zone]', [broken])
    await page.getByText(/cannot be read as an image/).waitFor()
  })

  test('overlap is drawn by space and measured in a table', async () => {
    const page = await open(`/overlap?dataset=${dataset.id}`)
    await page.getByRole('img', { name: /Similarities in whitened/ }).waitFor()
    await expect.poll(() => page.getByRole('figure').count()).toBeGreaterThanOrEqual(4)
    const table = page.getByRole('region', { name: 'Measures of every space' })
    const overlaps = (await table.locator('tbody td:nth-child(2)').allTextContents()).map(Number.parseFloat)
    expect(overlaps.length).toBeGreaterThanOrEqual(4)
    expect(overlaps).toEqual(overlaps.toSorted((a, b) => a - b))
  })

  test('whether less overlap goes with more accuracy is told for the chosen dataset, as the API tells it', async () => {
    // The page takes all comparisons of a dataset, and other files compare on the shared one.
    const own = await makeDataset(server.library, 'Overlap and accuracy')
    const { id } = await server.library.comparisons.compare({
      dataset: own.id,
      shots: [1, 2],
      seeds: [1],
      methods: ['clip', 'centred', 'whitened', 'shrunk', 'imo'].map((space) => ({
        method: 'prototype',
        space,
      })),
      selection: 'NONE',
      klScaling: 'FROZEN',
      augmentations: 1,
    })
    await server.library.comparisons.ended(id)
    const { byDataset } = await server.library.overlapCorrelation([id])
    const page = await open(`/overlap?dataset=${own.id}`)
    const card = page.getByRole('region', { name: 'Does less overlap go with more accuracy here?' })
    await card.getByText(byDataset[0]?.text ?? 'none', { exact: true }).waitFor()
    await card.getByText('The points are not independent').waitFor()
  })

  test('every method is there with its formula, and a plugin’s says so', async () => {
    const page = await open('/methods')
    const card = page.getByRole('article', { name: 'Tip-X', exact: true })
    expect(await card.locator('.katex-mathml').first().textContent()).toContain('α')
    await page.getByRole('article', { name: 'Biased' }).getByText('plugin outsiders').waitFor()
    await page.getByRole('article', { name: 'Mirrored' }).getByText('plugin outsiders').waitFor()
  })

  test('datasets show their classes, and every image of a class', async () => {
    const page = await open('/datasets')
    await page.getByRole('link', { name: dataset.name }).click()
    await page.getByRole('button', { name: 'All images of sandal' }).click()
    const dialog = page.getByRole('dialog', { name: 'sandal' })
    await dialog.getByText('24 images').waitFor()
    expect(page.url()).toMatch(/class=sandal/)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await page.goBack()
    await dialog.waitFor()
  })

  test('a test image is classified by every method, each with its terms and neighbours', async () => {
    const page = await open(`/try?dataset=${dataset.id}&shots=2&methods=zero-shot,tip-adapter@clip,bias`)
    await page
      .getByRole('button', { name: /^sandal/ })
      .first()
      .click()
    const answer = page.getByRole('article', { name: 'Tip-Adapter in clip' })
    await answer.waitFor()
    await expect.poll(() => page.getByRole('article').count()).toBe(3)
    await expect.poll(() => answer.getByRole('listitem').count()).toBe(6)
    await expect.poll(() => answer.getByRole('row').count()).toBe(6)
    await answer
      .getByText(/zero-shot −?\d+\.\d+ \(.*, cache/)
      .first()
      .waitFor({ state: 'attached' })
    await page.getByText('It is labelled').waitFor()
    const shared = await open(new URL(page.url()).pathname + new URL(page.url()).search)
    await shared.getByRole('article', { name: 'Tip-Adapter in clip' }).waitFor()
  })
})
