import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { browserPath, excessWidth, seriousFaults, withBrowser } from '../helpers/browser.js'
import { openDashboard } from '../helpers/dashboard.js'
import { makeDataset } from '../helpers/datasets.js'
import { picture } from '../helpers/pictures.js'

describe.skipIf(browserPath === undefined)(withBrowser, async () => {
  if (browserPath === undefined) return
  const { server, open } = await openDashboard()
  const { library } = server
  const dataset = await makeDataset(library, 'Tried offline', { SUPPORT_POOL: 4, TEST: 2 })
  const supportSet = await library.supportSets.create({
    ...{ dataset: dataset.id, shots: 4, seed: 1, augmentations: 1 },
  })
  const { id } = await library.classifiers.create({
    ...{ name: 'Offline', supportSet: supportSet.id, method: 'tip-adapter++', space: 'shrunk' },
  })
  // Of many sizes, larger and smaller than the encoder's, upright and lying.
  const images = await Promise.all(
    Array.from({ length: 20 }, async (_, i) =>
      sharp(await picture(i % 3, 31_000 + i))
        .resize(40 + 17 * i, 330 - 13 * i, { fit: 'fill' })
        .png()
        .toBuffer(),
    ),
  )

  test('a classifier runs in the browser, and says of 20 images what the service says', async () => {
    const loaded = await library.classifiers.load('Offline')
    const given = images.map((bytes, i) => ({ id: String(i), bytes, error: null }))
    const expected = await library.classifiers.classifyRead(loaded, given, loaded.classes.length)

    const page = await open('/classifiers')
    await page.getByRole('link', { name: 'Offline', exact: true }).click()
    await page.getByRole('link', { name: 'Try offline' }).click()
    expect(page.url()).toContain(`/classifiers/${id}/offline`)
    await page.getByRole('button', { name: 'Download the model' }).click()
    const input = page.locator('input[type=file]')
    const alert = page.getByRole('alert')
    await input.or(alert).first().waitFor({ state: 'attached', timeout: 240_000 })
    expect((await alert.allTextContents()).join()).toBe('')
    await input.setInputFiles([
      ...images.map((buffer, i) => ({ name: `${i}.png`, mimeType: 'image/png', buffer })),
      { name: 'none.png', mimeType: 'image/png', buffer: Buffer.from('no image') },
    ])
    await page.getByText('21 images classified here').waitFor()
    const rows: string[][] = await page
      .getByRole('table')
      .locator('tbody tr')
      .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent ?? '')))
    const answers = new Map(rows.map(([name = '', ...cells]) => [name, cells]))
    expect(answers.get('none.png')?.[0]).toContain('cannot read')
    for (const [i, { top }] of expected.entries()) {
      const [label = '', , logits = ''] = answers.get(`${i}.png`) ?? []
      expect(label, `image ${i}`).toBe(top[0]?.class.name)
      const shown = new Map(
        logits.split(', ').map((each) => {
          const [, name = '', logit = ''] = /^(.*) (\S+)$/.exec(each) ?? []
          return [name, Number(logit.replace('−', '-'))]
        }),
      )
      for (const { class: own, logit } of top) {
        expect(Math.abs((shown.get(own.name) ?? NaN) - logit), `image ${i}, ${own.name}`).toBeLessThan(1e-3)
      }
    }
    expect(await seriousFaults(page)).toEqual([])
    expect(await excessWidth(page)).toBeLessThanOrEqual(0)
  })

  test('a classifier that is not there is told by its name', async () => {
    const page = await open('/classifiers/nobody/offline')
    await page.getByRole('alert').getByText('nobody').waitFor()
  })
})
