import { describe, expect, test } from 'vitest'
import { browserPath, excessWidth, seriousFaults, withBrowser } from '../helpers/browser.js'
import { openDashboard } from '../helpers/dashboard.js'
import { makeDataset } from '../helpers/datasets.js'
import { base64, picture } from '../helpers/pictures.js'

describe.skipIf(browserPath === undefined)(withBrowser, async () => {
  if (browserPath === undefined) return
  const { server, open } = await openDashboard()
  const { library } = server
  const dataset = await makeDataset(library, 'Labelled on the page', { SUPPORT_POOL: 2, TEST: 1 })
  const images = await Promise.all([0, 1, 2, 0].map((c, i) => base64(picture(c, 7000 + i))))
  await library.datasets.addUnlabelled({
    dataset: dataset.id,
    images: images.map((data) => ({ base64: data })),
  })
  const classes = await library.datasets.classes(dataset.id)
  const left = () => library.datasets.unlabelled.ids(dataset.id)

  test('a queue of suggestions is worked through with the keyboard, and undone', async () => {
    const page = await open(`/datasets/${dataset.id}`)
    await page.getByRole('link', { name: 'Label them' }).click()
    const section = page.getByRole('region', { name: 'The image to label' })
    const shown = async () => (await section.locator('> img').getAttribute('alt'))?.slice(-8) ?? ''
    await section.locator('> img').waitFor()
    const first = await shown()
    const id = (await left()).find((image) => image.startsWith(first)) ?? expect.fail()
    expect(await seriousFaults(page)).toEqual([])
    expect(await excessWidth(page)).toBeLessThanOrEqual(0)

    await page.keyboard.press('2')
    await page.getByText('1 labelled here').waitFor()
    expect((await library.datasets.labelled(dataset.id, [id]))[0]?.classIndex).toBe(1)
    expect(await shown()).not.toBe(first)

    await page.keyboard.press('s')
    await page.getByText('Skipped the last one').waitFor()
    await page.keyboard.press('u')
    await page.getByText(`The last one is ${classes[1]?.name}`).waitFor()
    await page.keyboard.press('u')
    await page.getByText('0 labelled here').waitFor()
    expect(await shown()).toBe(first)
    expect((await left()).length).toBe(images.length)

    for (let i = 0; i < images.length; i++) {
      await page.keyboard.press('1')
      await page.getByText(`${i + 1} labelled here`).waitFor()
    }
    await page.getByText('Nothing left').waitFor()
    expect(await left()).toEqual([])
  })
})
