import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { browserPath, excessWidth, seriousFaults, startBrowser, withBrowser } from '../helpers/browser.js'
import { makeDataset } from '../helpers/datasets.js'
import { startTestServer } from '../helpers/server.js'

/** A name without a place to break it. */
const longName = 'Supercalifragilisticexpialidocious'.repeat(3)

describe.skipIf(browserPath === undefined)(withBrowser, async () => {
  if (browserPath === undefined) return
  const [browser, server, empty] = await Promise.all([startBrowser(), startTestServer(), startTestServer()])
  const { library } = server
  const many = await library.datasets.create({
    name: longName,
    classes: Array.from({ length: 200 }, (_, i) => ({ name: `${longName} ${i}` })),
  })
  const dataset = await makeDataset(library, 'Shapes')
  const usual = {
    dataset: dataset.id,
    shots: [1, 2],
    seeds: [1, 2],
    methods: [
      { method: 'zero-shot' },
      { method: 'tip-adapter' },
      { method: 'tip-adapter', space: 'whitened' },
    ],
    selection: 'NONE',
    klScaling: 'FROZEN',
    augmentations: 1,
  } as const
  const { id } = await library.comparisons.compare(usual)
  await library.comparisons.ended(id)
  const large = await library.comparisons.compare({
    ...usual,
    seeds: Array.from({ length: 400 }, (_, i) => i + 1),
    shots: [1, 2],
  })
  await library.comparisons.cancel(large.id)
  const classifier = await library.classifiers.create({
    name: longName.slice(0, 60),
    comparison: id,
    method: 'tip-adapter',
  })
  const [image] = await library.store.datasets.images(dataset.id, 'TEST')

  // Pages share what they have loaded.
  const window = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  window.setDefaultTimeout(60_000)

  /** Every page, and what stands on it once it has been read. */
  const pages: readonly (readonly [string, string, string])[] = [
    ['datasets', '/datasets', 'text=Shapes'],
    ['a dataset', `/datasets/${dataset.id}`, 'text=blue disc'],
    ['a class’s images', `/datasets/${dataset.id}?class=blue+disc`, '[role=dialog] img'],
    ['200 classes with long names', `/datasets/${many.id}`, 'text=No images yet'],
    ['a new dataset', '/datasets/new', 'text=Nothing chosen yet'],
    ['comparisons', '/compare', 'text=in all'],
    ['a new comparison', `/compare/new?dataset=${dataset.id}`, 'text=runs'],
    ['a comparison', `/compare/${id}`, 'text=Accuracy by class'],
    ['disagreements', `/compare/${id}?tab=disagreements`, 'text=Both are wrong'],
    ['confusions', `/compare/${id}?tab=confusion`, 'text=Most confused classes'],
    ['images', `/compare/${id}?tab=images`, 'text=Choose one to see'],
    ['calibration', `/compare/${id}?tab=calibration`, 'text=Expected calibration error'],
    ['2,400 runs, cancelled', `/compare/${large.id}`, 'text=Cancelled'],
    ['classifiers', '/classifiers', 'text=in all'],
    ['a classifier', `/classifiers/${classifier.id}`, 'text=What it is made of'],
    ['nothing tried', `/try?dataset=${dataset.id}`, 'text=No image yet'],
    ['a prediction', `/try?dataset=${dataset.id}&shots=2&image=${image?.imageId}`, 'article'],
    ['a prediction by a comparison', `/try?comparison=${id}&shots=2&image=${image?.imageId}`, 'article'],
    ['overlap', `/overlap?dataset=${dataset.id}`, 'text=Measures by space'],
    ['methods', '/methods', 'article .katex'],
    ['what is not there', '/nowhere', 'text=Page not found'],
  ]

  async function look(page: Page, url: string, shown: string): Promise<void> {
    await page.goto(url)
    await page.locator(shown).first().waitFor()
  }

  test.each(pages)(
    '%s: nothing serious is wrong in light or dark, and it fits 360 and 1600 pixels',
    async (_, path, shown) => {
      const page = await window.newPage()
      await look(page, server.url + path, shown)
      expect(await seriousFaults(page)).toEqual([])
      for (const width of [1600, 360]) {
        await page.setViewportSize({ width, height: 800 })
        expect([width, await excessWidth(page)]).toEqual([width, 0])
      }
      await page.close()
    },
  )

  test('where there is nothing yet, pages say what to do', async () => {
    const page = await browser.newPage()
    await page.goto(empty.url)
    await page.getByRole('heading', { name: 'No dataset yet' }).waitFor()
    await page.getByRole('link', { name: 'Compare' }).click()
    await page.getByRole('heading', { name: 'No comparison yet' }).waitFor()
    await page.getByRole('link', { name: 'New comparison' }).first().click()
    await page.getByRole('heading', { name: 'No dataset to compare on' }).waitFor()
    await page.getByRole('link', { name: 'Try' }).click()
    await page.getByRole('heading', { name: 'No dataset to learn from' }).waitFor()
    await page.getByRole('link', { name: 'Overlap' }).click()
    await page.getByRole('heading', { name: 'No dataset to measure' }).waitFor()
    expect(await seriousFaults(page)).toEqual([])
    await page.close()
  })

  test('the keyboard alone reaches the content, orders the table and chooses the scheme', async () => {
    const page = await browser.newPage()
    await look(page, `${server.url}/compare/${id}`, 'text=Accuracy by class')
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').textContent()).toBe('Skip to content')
    await page.keyboard.press('Enter')
    expect(await page.locator(':focus').getAttribute('id')).toBe('content')
    await page.getByRole('button', { name: 'Method' }).first().focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => page.url()).toMatch(/order=method/)
    await page.getByRole('radio', { name: 'Same as system' }).focus()
    await page.keyboard.press('ArrowRight')
    // The focus moves in a task of its own, after the key's.
    const focused = () => page.locator(':focus').textContent()
    await expect.poll(focused).toBe('Dark')
    await page.keyboard.press('Enter')
    const scheme = () => page.locator('html').getAttribute('data-scheme')
    await expect.poll(scheme).toBe('dark')
    await page.reload()
    await expect.poll(scheme).toBe('dark')
    await page.close()
  })

  test('an image that does not load says which it is', async () => {
    const page = await browser.newPage()
    await page.route(`**/images/${image?.imageId}*`, (route) => route.abort())
    await look(page, `${server.url}/datasets/${dataset.id}?class=red+stripes`, '[role=dialog]')
    await page
      .getByText(`${image?.imageId.slice(0, 8)} does not load`)
      .first()
      .waitFor()
    await page.close()
  })
})
