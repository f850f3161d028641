import { describe, expect, test } from 'vitest'
import { browserPath, withBrowser } from '../helpers/browser.js'
import { headingOf, openDashboard } from '../helpers/dashboard.js'

describe.skipIf(browserPath === undefined)(withBrowser, async () => {
  if (browserPath === undefined) return
  const { server, dataset, open } = await openDashboard()

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

    await page.getByRole('region', { name: 'Verdict' }).getByRole('button', { name: /^Use/ }).click()
    await page.getByLabel('Name of the classifier').fill('shapes')
    await page.getByRole('button', { name: 'Make the classifier' }).click()
    await page.waitForURL(/\/classifiers\/[0-9a-f-]{36}$/)
    await page.getByRole('heading', { name: 'shapes', level: 1 }).waitFor()
    await page.getByRole('button', { name: 'Evaluate' }).click()
    const evaluation = page.getByRole('dialog', { name: 'Evaluate shapes' })
    await evaluation.getByLabel('Dataset').selectOption({ label: dataset.name })
    await evaluation.getByRole('button', { name: 'Evaluate' }).click()
    await evaluation.getByText('They do not differ from its own by more than chance.').waitFor()
    await evaluation.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByText('No classifier yet').waitFor()

    const home = await open('/')
    await home.waitForURL(/\/compare\/[0-9a-f-]{36}/)
    expect(await headingOf(home)).toBe(dataset.name)
  })
})
