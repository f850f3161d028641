import { describe, expect, test } from 'vitest'
import { browserPath, excessWidth, seriousFaults, withBrowser } from '../helpers/browser.js'
import { openDashboard } from '../helpers/dashboard.js'
import { makeDataset } from '../helpers/datasets.js'
import { base64, picture } from '../helpers/pictures.js'

describe.skipIf(browserPath === undefined)(withBrowser, async () => {
  if (browserPath === undefined) return
  const { server, open } = await openDashboard()
  const { library } = server
  const { id: dataset } = await makeDataset(library, 'On a classifier’s page', { SUPPORT_POOL: 4, TEST: 2 })
  const supportSet = await library.supportSets.create({ dataset, shots: 3, seed: 1, augmentations: 1 })
  const make = { name: 'looked at', supportSet: supportSet.id }
  const { id } = await library.classifiers.create({ ...make, method: 'prototype' })
  await library.classifiers.update({ ...make, method: 'tip-adapter' })

  test('its page classifies each dropped file by itself, and says why one has no answer', async () => {
    const page = await open(`/classifiers/${id}`)
    const png = async (name: string, label: number, seed: number) => ({
      ...{ name, mimeType: 'image/png', buffer: Buffer.from(await base64(picture(label, seed)), 'base64') },
    })
    const files = [await png('one.png', 0, 71), await png('two.png', 1, 72)]
    const broken = { name: 'broken.png', mimeType: 'image/png', buffer: Buffer.from('no image') }
    await page.locator('input[type=file]').setInputFiles([...files, broken])
    await page.getByText('3 images classified').waitFor()
    const loaded = await library.classifiers.load('looked at')
    const given = files.map(({ name, buffer }) => ({ id: name, bytes: buffer, error: null }))
    for (const [i, answer] of (await library.classifiers.classifyRead(loaded, given, 1)).entries()) {
      const said = page.getByRole('listitem', { name: files[i]?.name ?? '' })
      await said
        .getByText(answer.top[0]?.class.name ?? expect.fail())
        .first()
        .waitFor()
    }
    await page.getByRole('listitem', { name: 'broken.png' }).getByRole('alert').waitFor()
    expect(await seriousFaults(page)).toEqual([])
    await page.setViewportSize({ width: 360, height: 800 })
    expect(await excessWidth(page)).toBe(0)
  })

  test('its page goes back to an earlier version, and forward again', async () => {
    const page = await open(`/classifiers/${id}`)
    const versionNow = async () => (await library.classifiers.load('looked at')).number
    await page.getByText('Version 2 of 2 answers').waitFor()
    await page.getByRole('button', { name: 'Use version 1' }).click()
    await page.getByText('Version 1 of 2 answers').waitFor()
    expect(await versionNow()).toBe(1)
    await page.getByRole('button', { name: 'Use version 2' }).click()
    await page.getByText('Version 2 of 2 answers').waitFor()
    expect(await versionNow()).toBe(2)
  })

  test('the page of one that is gone says so', async () => {
    const page = await open('/classifiers/nobody')
    await page.getByText('No such classifier').or(page.getByRole('alert')).first().waitFor()
  })
})
