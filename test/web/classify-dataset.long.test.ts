import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { browserPath, excessWidth, seriousFaults, withBrowser } from '../helpers/browser.js'
import { openDashboard } from '../helpers/dashboard.js'
import { makeDataset } from '../helpers/datasets.js'

describe.skipIf(browserPath === undefined)(withBrowser, async () => {
  if (browserPath === undefined) return
  const { server, open } = await openDashboard()
  const { library } = server

  test('a dataset is classified on the page, and its answers are downloaded', async () => {
    const { id: dataset } = await makeDataset(library, 'Classified on the page')
    const supportSet = await library.supportSets.create({ dataset, shots: 2, seed: 1, augmentations: 1 })
    await library.classifiers.create({ name: 'paged', supportSet: supportSet.id, method: 'prototype' })
    const page = await open('/classifiers')
    await page.getByRole('link', { name: 'paged' }).click()
    await page.getByRole('link', { name: 'Classify a dataset' }).click()
    await page.getByRole('heading', { name: 'Classify datasets with paged' }).waitFor()
    await page.getByLabel('Dataset', { exact: true }).selectOption('Classified on the page')
    await page.getByRole('radio', { name: 'Test images' }).click()
    expect(await seriousFaults(page)).toEqual([])
    await page.getByRole('button', { name: 'Classify', exact: true }).click()
    await page.getByText('Finished').waitFor()
    await page.getByText('12 images in test').waitFor()
    const downloading = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Part 1 (CSV)' }).click()
    const file = await (await downloading).path()
    expect((await readFile(file, 'utf8')).trim().split('\r\n')).toHaveLength(13)
    expect(await seriousFaults(page)).toEqual([])
    await page.setViewportSize({ width: 360, height: 800 })
    expect(await excessWidth(page)).toBe(0)
    await page.getByRole('button', { name: 'Delete the classification of Classified on the page' }).click()
    await page.getByText('12 images in test').waitFor({ state: 'detached' })
    expect((await library.datasetClassifications.page({ first: 1 }, {})).totalCount).toBe(0)
  })
})
