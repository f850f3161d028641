import { describe, expect, test } from 'vitest'
import { startServer } from '../../src/server.js'
import { atEnd } from '../helpers/at-end.js'
import { browserPath, startBrowser, withBrowser } from '../helpers/browser.js'
import { startTestServer } from '../helpers/server.js'

describe.skipIf(browserPath === undefined)(withBrowser, () => {
  test('a lost connection is shown and comes back by itself, with what has changed meanwhile', async () => {
    const [browser, first] = await Promise.all([startBrowser(), startTestServer()])
    const page = await browser.newPage()
    await page.goto(`${first.url}/datasets`)
    await page.getByRole('heading', { name: 'No dataset yet' }).waitFor()
    await first.close()
    const banner = page.getByText('The connection to Shotboard is lost.')
    await banner.waitFor()
    const second = await startServer({ ...first.settings, port: Number(new URL(first.url).port) })
    atEnd(second.close)
    await second.library.datasets.create({ name: 'Made meanwhile', classes: [{ name: 'thing' }] })
    await banner.waitFor({ state: 'detached' })
    await page.getByText('Made meanwhile').waitFor()
    expect(page.url()).toBe(`${first.url}/datasets`)
  })
})
