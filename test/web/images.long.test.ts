import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { browserPath, seriousFaults, withBrowser } from '../helpers/browser.js'
import { openDashboard } from '../helpers/dashboard.js'
import { makeDataset } from '../helpers/datasets.js'
import { base64, picture } from '../helpers/pictures.js'

describe.skipIf(browserPath === undefined)(withBrowser, async () => {
  if (browserPath === undefined) return
  const { server, open } = await openDashboard()
  const { library } = server
  const dataset = await makeDataset(library, 'Looked into on the page', { SUPPORT_POOL: 4, TEST: 12 })
  const { id } = await library.comparisons.compare({
    ...{ dataset: dataset.id, shots: [1], seeds: [1, 2], selection: 'NONE' },
    methods: [{ method: 'zero-shot' }, { method: 'tip-adapter' }],
    ...{ klScaling: 'FROZEN', augmentations: 1 },
  })
  await library.comparisons.ended(id)
  const classes = await library.datasets.classes(dataset.id)
  const images = await library.store.datasets.images(dataset.id, 'TEST')
  const runs = await library.store.comparisons.runs(id)
  const run = runs.find(({ method, seed }) => method === 'zero-shot' && seed === 1) ?? expect.fail()
  const { labels, predicted } = await library.runResults.read(run.id)

  test('a cell of the confusion matrix opens its images, and a key gives one another class', async () => {
    const wrong = [...labels.keys()].filter((i) => labels[i] !== predicted[i])
    const [first] = wrong
    const [label, taken] = [labels[first ?? -1] ?? -1, predicted[first ?? -1] ?? -1]
    const pair = wrong.filter((i) => labels[i] === label && predicted[i] === taken)
    const [from, to] = [classes[label]?.name ?? '', classes[taken]?.name ?? '']

    const page = await open(`/compare/${id}?tab=confusion&method=zero-shot`)
    await page
      .getByRole('table')
      .getByRole('button', { name: `show the images of ${from} taken for ${to}` })
      .first()
      .click()
    await page.getByText(`${pair.length} test image`).waitFor()
    const cells = page.locator('[role=tabpanel][data-state=active] ul button')
    expect(await cells.count()).toBe(pair.length)
    await cells.first().click()
    const one = page.getByRole('region', { name: 'The chosen image' })
    expect(await one.getByRole('listitem').count()).toBe(2)

    // The key is pressed while the image is chosen, not in the panel.
    const shown = images.find(({ imageId }) => pair.some((i) => images[i]?.imageId === imageId))
    const alt = await cells.first().locator('img').getAttribute('alt')
    const changed = images.find(({ imageId }) => alt?.endsWith(imageId.slice(0, 8))) ?? shown
    await page.keyboard.press(String(taken + 1))
    await one.getByText(`it is labelled ${to} now`).waitFor()
    const [row] = await library.datasets.labelled(dataset.id, [changed?.imageId ?? ''])
    expect(row?.classIndex).toBe(taken)
    const moved = await library.store.datasets.images(dataset.id)

    // What was measured on it keeps it when it leaves the dataset.
    await page.keyboard.press('x')
    await one.getByText('it was taken out of the dataset since').waitFor()
    expect(await library.datasets.labelled(dataset.id, [changed?.imageId ?? ''])).toEqual([])
    expect(await seriousFaults(page)).toEqual([])
    await page.keyboard.press('u')
    await one.getByText(`it is labelled ${to} now`).waitFor()
    // A key that comes too soon would act on what the image was before.
    await page.keyboard.press('n')
    await page.keyboard.press('n')
    await one.getByText('it has no label now').waitFor()
    await page.locator('[aria-label=Images]:not([aria-busy])').waitFor()
    expect(await one.getByRole('alert').count()).toBe(0)
    await page.keyboard.press('u')
    await one.getByText(`it is labelled ${to} now`).waitFor()
    expect(await library.store.datasets.images(dataset.id)).toEqual(moved)
  })

  test('Try gives a stored image another class, takes it out, and adds a file, in one key each', async () => {
    const added = { image: { base64: await base64(picture(0, 123_456)) }, class: classes[0]?.name ?? '' }
    await library.datasets.addImages({ dataset: dataset.id, images: [{ ...added, split: 'VALIDATION' }] })
    const [stored] = await library.store.datasets.images(dataset.id, 'VALIDATION')
    const image = stored?.imageId ?? expect.fail()
    const labelled = async () => (await library.datasets.labelled(dataset.id, [image]))[0]?.classIndex
    const page = await open(`/try?dataset=${dataset.id}&shots=1&image=${image}`)
    // A slow connection: what the page says it has done, the next key must know.
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('query ImageLabel')) await delay(500)
      await route.continue()
    })
    const section = page.getByRole('region', { name: 'Label the image' })
    await section.focus()
    await page.keyboard.press('2')
    await section.getByText(`Labelled ${classes[1]?.name}`).waitFor()
    expect(await labelled()).toBe(1)

    await page.keyboard.press('x')
    await section.getByText('Taken out of the dataset').waitFor()
    expect(await labelled()).toBeUndefined()
    expect(await library.datasets.unlabelled.ids(dataset.id)).toEqual([])
    await page.keyboard.press('u')
    await section.getByText('Undone').waitFor()
    expect(await labelled()).toBe(1)
    await page.keyboard.press('n')
    await section.getByText('has no label now').waitFor()
    expect(await labelled()).toBeUndefined()
    expect(await library.datasets.unlabelled.ids(dataset.id)).toEqual([image])
    await page.keyboard.press('1')
    await section.getByText(`Labelled ${classes[0]?.name}`).waitFor()
    expect(await labelled()).toBe(0)

    const file = Buffer.from(await base64(picture(2, 987_654)), 'base64')
    await page.locator('input[type=file]').setInputFiles({
      ...{ name: 'new.png', mimeType: 'image/png', buffer: file },
    })
    await page.getByRole('img', { name: 'The classified image', exact: true }).waitFor()
    await page.locator('[aria-busy=false]').waitFor()
    const before = (await library.store.datasets.images(dataset.id, 'SUPPORT_POOL')).length
    await section.focus()
    await page.keyboard.press('3')
    await section.getByText(`Added as ${classes[2]?.name}`).waitFor()
    expect((await library.store.datasets.images(dataset.id, 'SUPPORT_POOL')).length).toBe(before + 1)
  })
})
