import { describe, expect, test } from 'vitest'
import { browserPath, excessWidth, seriousFaults, withBrowser } from '../helpers/browser.js'
import { openDashboard } from '../helpers/dashboard.js'
import { makeDataset } from '../helpers/datasets.js'
import { base64, picture } from '../helpers/pictures.js'

describe.skipIf(browserPath === undefined)(withBrowser, async () => {
  if (browserPath === undefined) return
  const { server, open } = await openDashboard()
  const { library } = server
  const dataset = await makeDataset(library, 'Read on the page', { SUPPORT_POOL: 5, TEST: 8 })
  await library.datasets.addUnlabelled({
    dataset: dataset.id,
    images: [{ base64: await base64(picture(1, 27_182)) }],
  })
  const spaces = ['clip', 'centred', 'whitened', 'shrunk']
  const usual = {
    dataset: dataset.id,
    shots: [1, 2, 4],
    seeds: [1, 2],
    selection: 'NONE',
    methods: [
      { method: 'zero-shot' },
      ...['tip-adapter', 'prototype', 'ridge'].flatMap((method) =>
        spaces.map((space) => ({ method, space })),
      ),
    ],
    klScaling: 'FROZEN',
    augmentations: 1,
  } as const
  const { id } = await library.comparisons.compare(usual)
  await library.comparisons.ended(id)

  test('the chart shows leaders in colour, others faint, and lines alone or hidden by click and keyboard', async () => {
    const page = await open(`/compare/${id}`)
    const ranking = page.getByRole('list', { name: 'Methods by result' })
    // All lines are in the ranking, best first, each with its interval.
    await expect.poll(() => ranking.getByRole('listitem').count()).toBe(13)
    const means = (await ranking.locator('[class*=figure]').allTextContents()).map(Number.parseFloat)
    expect(means).toEqual(means.toSorted((a, b) => b - a))
    const chart = page.getByRole('img', { name: /Test accuracy \(%\) by shots/ })
    const lines = chart.locator('[data-mark="line"] path')
    await expect.poll(() => lines.count()).toBe(13)
    const dots = () => chart.locator('[data-mark="dot"]').count()
    // Three methods and zero-shot lead; zero-shot is a level without points.
    await expect.poll(dots).toBe(3)
    expect(await chart.locator('[data-mark="area"] path').count()).toBe(2)

    const row = ranking.getByRole('listitem').filter({ hasText: 'Prototype in centred' })
    await row.getByRole('button', { name: /^Prototype/ }).click()
    await expect.poll(() => page.url()).toMatch(/only=prototype/)
    await page.mouse.move(5, 5)
    await page.getByRole('heading', { level: 1 }).click()
    await expect.poll(dots).toBe(1)
    await row.getByRole('button', { name: /^Hide/ }).focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => page.url()).toMatch(/hide=prototype/)
    await expect.poll(() => lines.count()).toBe(12)
    await page.getByRole('button', { name: 'Back to the leaders' }).click()
    await expect.poll(() => lines.count()).toBe(13)

    await page.getByRole('radio', { name: 'By method' }).click()
    for (const name of ['Tip-Adapter', 'Prototype', 'Ridge regression'])
      await page.getByRole('heading', { name, level: 3, exact: true }).waitFor()
    expect(await seriousFaults(page)).toEqual([])
    await page.setViewportSize({ width: 390, height: 840 })
    expect(await excessWidth(page)).toBe(0)
  })

  test('a comparison opens with at most 200 kB of compressed script, its chart included', async () => {
    const page = await open(`/compare/${id}`)
    await page.getByRole('img', { name: /Test accuracy \(%\) by shots/ }).waitFor()
    await page.waitForLoadState('networkidle')
    const scripts: Record<string, number> = await page.evaluate(`Object.fromEntries(
      performance.getEntriesByType('resource')
        .filter(({ name }) => new URL(name).pathname.endsWith('.js'))
        .map(({ name, encodedBodySize }) => [new URL(name).pathname, encodedBodySize]))`)
    const sizes = Object.values(scripts)
    expect(sizes.length).toBeGreaterThan(5)
    // All came compressed, and none of a cache, whose size would be 0.
    for (const size of sizes) expect(size).toBeGreaterThan(0)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(200_000)
  })

  test('a tie says why, and a dataset of few images says what fits', async () => {
    const page = await open(`/datasets/${dataset.id}`)
    const advice = page.getByRole('status').filter({ hasText: 'Good to know' })
    await advice.getByText(/smallest class has 5 images in the support pool/).waitFor()
    await advice.getByText(/With 24 test images, a lead of less than about 18 points/).waitFor()
    await advice.getByText(/no validation images/).waitFor()
    expect(await seriousFaults(page)).toEqual([])
    const form = await open(`/compare/new?dataset=${dataset.id}`)
    await expect.poll(() => form.getByLabel('Shots', { exact: true }).inputValue()).toBe('1, 2, 4')
    await form.getByLabel('Shots', { exact: true }).fill('1, 16')
    await form.getByRole('button', { name: 'Use 1, 2, and 4' }).click()
    expect(await form.getByLabel('Shots', { exact: true }).inputValue()).toBe('1, 2, 4')
    expect(await seriousFaults(form)).toEqual([])

    const one = await library.datasets.create({ name: 'A dataset of one class', classes: [{ name: 'only' }] })
    const images = [{ image: { base64: await base64(picture(0, 5)) }, class: 'only', split: 'TEST' as const }]
    await library.datasets.addImages({ dataset: one.id, images })
    const lonely = await open(`/datasets/${one.id}`)
    await lonely.getByText('This dataset has one class.').waitFor()
  })

  test('a comparison is named, found, changed and compared again, put beside another, deleted and taken back', async () => {
    const page = await open(`/compare/${id}`)
    expect(await page.getByRole('link', { name: 'Report' }).getAttribute('href')).toBe(
      `/comparisons/${id}.html`,
    )
    await page.getByRole('button', { name: 'Name and notes' }).click()
    const dialog = page.getByRole('dialog', { name: 'Name and notes' })
    await dialog.getByLabel('Name', { exact: true }).fill('Boards, round 1')
    await dialog.getByLabel('Notes').fill('Stripes are hard.')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Boards, round 1', level: 1 }).waitFor()
    await page.getByText('Stripes are hard.').waitFor()

    await page.getByRole('link', { name: 'Change and compare' }).click()
    await page.getByRole('heading', { name: 'Change and compare' }).waitFor()
    expect(await page.getByLabel('Shots', { exact: true }).inputValue()).toBe('1, 2, 4')
    await page.getByText('78 runs').waitFor()
    await page.getByLabel('Shots', { exact: true }).fill('2')
    await page.getByLabel('Name', { exact: true }).fill('Boards, round 2')
    await page.getByRole('button', { name: 'Compare', exact: true }).click()
    await page.getByText('Finished').waitFor()
    const second = new URL(page.url()).pathname.split('/').at(-1) ?? ''

    await page.getByRole('link', { name: 'Beside another' }).click()
    await page.getByLabel('Second').selectOption(id)
    const table = page.getByRole('region', { name: 'Differences of the two comparisons' })
    await expect.poll(() => table.getByRole('row').count()).toBe(14)
    // The same runs: no difference.
    await table.getByText('the same', { exact: true }).first().waitFor()
    expect(await seriousFaults(page)).toEqual([])

    const list = await open('/compare?search=boards')
    await list.getByText('2 found').waitFor()
    await list.getByText('13 lines, 2 seeds, defaults').first().waitFor()
    await list.getByLabel('Search names, notes and datasets').fill('stripes')
    await list.getByText('1 found').waitFor()
    expect(await seriousFaults(list)).toEqual([])
    await list.setViewportSize({ width: 390, height: 840 })
    expect(await excessWidth(list)).toBe(0)

    const doomed = await open(`/compare/${second}`)
    await doomed.getByRole('button', { name: 'Delete' }).click()
    await doomed.getByText('A comparison was deleted.').waitFor()
    expect((await library.store.comparisons.get(second))?.discardedAt).not.toBeNull()
    await doomed.getByRole('button', { name: 'Undo' }).click()
    await doomed.getByRole('link', { name: 'Boards, round 2' }).waitFor()
    expect((await library.store.comparisons.get(second))?.discardedAt).toBeNull()
  })

  test('images lie on a map: pointed at, drawn around, labelled; another space moves the same points', async () => {
    const page = await open(`/datasets/${dataset.id}/map`)
    const canvas = page.getByRole('img', { name: /Map of 40 images in clip/ })
    await canvas.waitFor()
    const painted = () =>
      page.evaluate<number>(`(() => {
        const canvas = document.querySelector('canvas')
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
        let sum = 0
        for (let i = 3; i < data.length; i += 4) if (data[i]) sum += data[i - 1] * ((i % 9973) + 1)
        return sum
      })()`)
    await expect.poll(painted).toBeGreaterThan(0)
    const before = await painted()
    await page.getByLabel('Space').selectOption('shrunk')
    await page.getByRole('img', { name: /Map of 40 images in shrunk/ }).waitFor()
    await expect.poll(painted).not.toBe(before)
    await page.getByRole('radio', { name: 'UMAP' }).click()
    await page.getByText('UMAP keeps neighbours together').waitFor()

    const box = (await page.locator('canvas').boundingBox()) ?? expect.fail()
    const at = async (x: number, y: number) => page.mouse.move(box.x + x * box.width, box.y + y * box.height)
    // Point at places until there is an image.
    const shown = page.locator('figure img')
    for (let i = 0; i < 400 && (await shown.count()) === 0; i++)
      await at((i % 20) / 20, Math.floor(i / 20) / 20)
    await shown.waitFor()
    await at(0.01, 0.01)
    await page.mouse.down()
    for (const [x, y] of [
      [0.99, 0.01],
      [0.99, 0.99],
      [0.01, 0.99],
      [0.01, 0.02],
    ] as const)
      await at(x, y)
    await page.mouse.up()
    const selection = page.getByRole('region', { name: 'Selected images' })
    await selection.getByRole('heading', { name: '40 images' }).waitFor()
    expect(await selection.getByRole('img').count()).toBe(40)
    expect(await seriousFaults(page)).toEqual([])

    await page.getByLabel('Colour', { exact: true }).selectOption('split')
    await page.getByRole('button', { name: /without a label/ }).click()
    await selection.getByRole('heading', { name: '1 image' }).waitFor()
    await selection.getByRole('button', { name: 'Choose all of them' }).click()
    await selection.getByLabel('Label as').selectOption('green squares')
    await selection
      .getByText(/labelled/i)
      .first()
      .waitFor()
    expect(await library.datasets.unlabelled.ids(dataset.id)).toEqual([])
    await page.setViewportSize({ width: 390, height: 840 })
    expect(await excessWidth(page)).toBe(0)
  })

  test('the test images of a method are coloured by right and wrong, and by confidence', async () => {
    const page = await open(`/compare/${id}?tab=map&method=tip-adapter%40clip&colour=outcome`)
    await page.getByRole('img', { name: /Map of 24 images in clip, coloured by right or wrong/ }).waitFor()
    const count = async (name: RegExp) =>
      Number.parseInt(
        (await page.getByRole('button', { name }).locator('[class*=count]').textContent()) ?? '',
        10,
      )
    const runs = await library.store.comparisons.runs(id)
    const run = runs.find(
      (each) => each.method === 'tip-adapter' && each.space === 'clip' && each.shots === 4,
    )
    const { labels, predicted } = await library.runResults.read(run?.id ?? '')
    expect(await count(/^right/)).toBe(labels.filter((label, i) => label === predicted[i]).length)
    await page.getByLabel('Colour', { exact: true }).selectOption('confidence')
    await page
      .getByRole('button', { name: /% sure/ })
      .first()
      .waitFor()
    expect(await seriousFaults(page)).toEqual([])
  })

  test('the confusion of 40 classes has names along its axes, zooms, and finds the worst pairs', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `kind ${i}`)
    const many = await library.datasets.create({
      name: 'Forty kinds',
      classes: names.map((name) => ({ name })),
    })
    const images = await Promise.all(
      names.flatMap((name, c) =>
        (['SUPPORT_POOL', 'TEST', 'TEST'] as const).map(async (split, i) => ({
          ...{ class: name, split, image: { base64: await base64(picture(c % 3, 50_000 + 10 * c + i)) } },
        })),
      ),
    )
    await library.datasets.addImages({ dataset: many.id, images })
    const made = await library.comparisons.compare({
      ...usual,
      dataset: many.id,
      shots: [1],
      seeds: [1],
      methods: [{ method: 'tip-adapter' }],
    })
    await library.comparisons.ended(made.id)
    const page = await open(`/compare/${made.id}?tab=confusion`)
    const matrix = page.getByRole('img', { name: /Confusion matrix of 40 classes/ })
    await matrix.waitFor()
    const seen = async () => Number((await matrix.getAttribute('data-window'))?.split(' ')[2])
    expect(await seen()).toBe(40)
    await page.getByRole('button', { name: 'Zoom in' }).click()
    await expect.poll(seen).toBe(25)
    await matrix.focus()
    const from = await matrix.getAttribute('data-window')
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => matrix.getAttribute('data-window')).not.toBe(from)
    await page.keyboard.press('0')
    await expect.poll(seen).toBe(40)
    const pairs = page.getByRole('region', { name: 'Most confused classes' })
    await pairs.getByRole('button', { name: /^Find/ }).first().click()
    await expect.poll(seen).toBe(24)
    expect(await seriousFaults(page)).toEqual([])
    await page.setViewportSize({ width: 390, height: 840 })
    expect(await excessWidth(page)).toBe(0)
  })
})
