import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from '../encoders/files.js'
import { browserPath, startBrowser, withBrowser } from '../helpers/browser.js'
import { makeDataset } from '../helpers/datasets.js'
import { temporaryFolder } from '../helpers/folder.js'
import { startTestServer } from '../helpers/server.js'

describe.skipIf(browserPath === undefined)(withBrowser, () => {
  test('an image that is tried as two encoders were compared gets the answers of both, each by its name', async () => {
    const models = await temporaryFolder()
    await cp(join(root, 'models/mini-clip'), join(models, 'mini-clip'), { recursive: true })
    await cp(join(root, 'test/encoders/fixtures/models/tiny'), join(models, 'tiny'), { recursive: true })
    const [browser, server] = await Promise.all([
      startBrowser(),
      startTestServer({ SHOTBOARD_MODELS_DIR: models }),
    ])
    const { library } = server
    const dataset = await makeDataset(library, 'Tried with two encoders')
    const { id } = await library.comparisons.compare({
      ...{ dataset: dataset.id, encoders: ['mini-clip', 'tiny'], shots: [2], seeds: [1] },
      ...{ methods: [{ method: 'zero-shot' }, { method: 'tip-adapter' }], selection: 'NONE' },
      ...{ klScaling: 'FROZEN', augmentations: 1 },
    })
    await library.comparisons.ended(id)
    const [image] = await library.store.datasets.images(dataset.id, 'TEST')
    const page = await browser.newPage()
    const faults: string[] = []
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
    await page.goto(`${server.url}/try?comparison=${id}&image=${image?.imageId}`)
    const names = library.encoders.all.map(({ name }) => name)
    expect(names.length).toBe(2)
    for (const name of names) {
      for (const method of ['Zero-shot CLIP', 'Tip-Adapter in clip']) {
        await page.getByRole('article', { name: `${method} with ${name}`, exact: true }).waitFor()
      }
    }
    expect(await page.getByRole('article').count()).toBe(4)
    expect(faults).toEqual([])
    await page.close()
  })
})
