import { cp, mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterEach, describe, expect, test } from 'vitest'
import { browserPath, dropOn, startBrowser, withBrowser } from '../helpers/browser.js'
import { temporaryFolder } from '../helpers/folder.js'
import { classNames, picture } from '../helpers/pictures.js'
import { outsiders } from '../helpers/plugins.js'
import { startTestServer } from '../helpers/server.js'

const demo = fileURLToPath(new URL('../../demo/fashion-mnist', import.meta.url))

/** The demo's classes, with their first few images. */
async function partOfDemo(images: number): Promise<string> {
  const folder = join(await temporaryFolder(), 'fashion-mnist')
  const isWanted = (path: string) => !path.endsWith('.png') || Number.parseInt(basename(path), 10) < images
  await cp(demo, folder, { recursive: true, filter: isWanted })
  return folder
}

describe.skipIf(browserPath === undefined)(withBrowser, async () => {
  if (browserPath === undefined) return
  const [browser, server] = await Promise.all([
    startBrowser(),
    startTestServer({ SHOTBOARD_PLUGINS: await outsiders() }),
  ])
  const { dataset } = await server.library.imports.importPath(await partOfDemo(8))
  const pages: Page[] = []
  const faults: string[] = []

  async function open(path: string): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    page.setDefaultTimeout(60_000)
    page.on('pageerror', (error) => faults.push(`${path}: ${error.message}`))
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(`${path}: ${message.text()}`)
    })
    pages.push(page)
    await page.goto(server.url + path)
    return page
  }

  afterEach(async () => {
    await Promise.all(pages.splice(0).map((page) => page.close()))
    expect(faults.splice(0)).toEqual([])
  })

  const headingOf = (page: Page) => page.locator('h1').textContent()

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
    await page.getByRole('button', { name: 'Import' }).click()
    await page.getByText('Dropped shapes imported').waitFor()
    await page.getByText('18 of 19 images added').waitFor()
    await page.getByRole('rowheader', { name: /broken\.png/ }).waitFor()
    await page.getByRole('link', { name: 'Open the dataset' }).click()
    await page.getByRole('button', { name: `Edit the prompts of ${classNames[1]}` }).click()
    await page.getByLabel('One per line').fill('green squares on grey.\na board of green squares.')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('a board of green squares.').waitFor()
  })

  test('a comparison is started, watched and read', async () => {
    const page = await open(`/compare/new?dataset=${dataset.id}`)
    await page.getByLabel('Shots').fill('1, 2')
    await page.getByLabel('Seeds').fill('1 2')
    for (const box of await page.getByRole('checkbox').all()) await box.uncheck()
    await page.getByRole('checkbox', { name: 'Tip-Adapter in clip' }).check()
    await page.getByRole('checkbox', { name: 'Tip-Adapter in whitened' }).check()
    await page.getByRole('checkbox', { name: /^Zero-shot CLIP/ }).check()
    await page.getByText('12 runs').waitFor()
    await page.getByRole('button', { name: 'Compare' }).click()
    await page.waitForURL(/\/compare\/[0-9a-f-]{36}/)
    await page.getByText('Finished').waitFor({ timeout: 60_000 })
    const table = page.getByRole('region', { name: 'Results of every method' })
    await expect.poll(() => table.getByRole('row').count()).toBe(4)
    await page.getByRole('region', { name: 'Verdict' }).waitFor()

    // Ordering, a measure and a tab are in the address, and going back undoes them.
    await table.getByRole('button', { name: '1 shot' }).click()
    await expect.poll(() => page.url()).toMatch(/order=-shots-1/)
    await page.getByRole('radio', { name: 'Calibration' }).click()
    await page.getByRole('heading', { name: 'Calibration by shots' }).waitFor()
    await page.getByRole('tab', { name: 'Confusion' }).click()
    await page.getByRole('table', { name: /Test images of each class/ }).waitFor()

    const shared = await open(new URL(page.url()).pathname + new URL(page.url()).search)
    await shared.getByRole('heading', { name: 'Calibration by shots' }).waitFor()
    await shared.getByRole('table', { name: /Test images of each class/ }).waitFor()
    expect(await headingOf(shared)).toBe(dataset.name)

    await page.goBack()
    await page.getByRole('heading', { name: 'Accuracy by class' }).waitFor()
    await page.goBack()
    await page.getByRole('heading', { name: 'Accuracy by shots' }).waitFor()

    await page.getByRole('tab', { name: 'Disagreements' }).click()
    await page.getByRole('heading', { name: 'Where the two disagree' }).waitFor()
    await page.getByRole('tab', { name: 'Runs' }).click()
    await page.getByRole('heading', { name: '12 runs' }).waitFor()
    for (const kind of ['CSV', 'JSON']) {
      const href = await page.getByRole('link', { name: `Export as ${kind}` }).getAttribute('href')
      expect((await fetch(server.url + href)).status).toBe(200)
    }

    const home = await open('/')
    await home.waitForURL(/\/compare\/[0-9a-f-]{36}/)
    expect(await headingOf(home)).toBe(dataset.name)
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

  test('every method is there with its formula, and a plugin’s says so', async () => {
    const page = await open('/methods')
    const card = page.getByRole('article', { name: 'Tip-X', exact: true })
    expect(await card.locator('.katex-mathml').first().textContent()).toContain('α')
    await page.getByRole('article', { name: 'Biased' }).getByText('plugin outsiders').waitFor()
    await page.getByRole('article', { name: 'Mirrored' }).getByText('plugin outsiders').waitFor()
  })
})
