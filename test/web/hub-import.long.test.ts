import { describe, expect, test } from 'vitest'
import { browserPath, excessWidth, seriousFaults, startBrowser, withBrowser } from '../helpers/browser.js'
import { startHub } from '../helpers/hub.js'
import { picture } from '../helpers/pictures.js'
import { startTestServer } from '../helpers/server.js'

describe.skipIf(browserPath === undefined)(withBrowser, async () => {
  if (browserPath === undefined) return
  const hub = await startHub()
  const [browser, server] = await Promise.all([
    startBrowser(),
    startTestServer({ HF_ENDPOINT: hub.endpoint }),
  ])
  const open = async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    page.setDefaultTimeout(60_000)
    await page.goto(`${server.url}/datasets/new`)
    await page.getByRole('button', { name: 'From the Hugging Face hub' }).click()
    return page
  }
  hub.repositories.set(
    'somebody/pets',
    new Map([
      ['README.md', Buffer.from('# Pets')],
      ['train/cat/1.png', await picture(0, 8101)],
      ['train/dog/2.png', await picture(1, 8102)],
      ['test/cat/3.png', await picture(0, 8103)],
    ]),
  )

  test('a dataset of the hub is looked through and imported by its id, or by its address', async () => {
    const page = await open()
    expect(await seriousFaults(page)).toEqual([])
    await page.getByLabel('Id', { exact: true }).fill('https://huggingface.co/datasets/somebody/pets')
    await page.getByRole('button', { name: 'Preview' }).click()
    await page.getByText('A new dataset “pets” gets 3 images in 2 classes').waitFor()
    expect(await server.library.store.datasets.findByName('pets')).toBeNull()
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.getByText('pets imported').waitFor()
    const { id = '' } = (await server.library.store.datasets.findByName('pets')) ?? {}
    expect(await server.library.store.datasets.images(id)).toHaveLength(3)
    await page.setViewportSize({ width: 360, height: 800 })
    expect(await excessWidth(page)).toBe(0)
    await page.close()
  })

  test('an id that the hub does not have is told at its field', async () => {
    const page = await open()
    await page.getByLabel('Id', { exact: true }).fill('nobody/nothing')
    await page.getByRole('button', { name: 'Preview' }).click()
    await page.getByText('nobody/nothing').last().waitFor()
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page
      .getByText(/Dataset nobody\/nothing not found/)
      .first()
      .waitFor()
    await page.close()
  })
})
