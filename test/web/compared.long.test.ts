import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { CompareInput } from '../../src/comparisons/plan-comparison.js'
import { browserPath, withBrowser } from '../helpers/browser.js'
import { openDashboard } from '../helpers/dashboard.js'
import { makeDataset } from '../helpers/datasets.js'

const methods = [
  { method: 'zero-shot' },
  { method: 'tip-adapter', space: 'clip' },
  { method: 'tip-adapter', space: 'whitened' },
]

describe.skipIf(browserPath === undefined)(withBrowser, async () => {
  if (browserPath === undefined) return
  const { server, open } = await openDashboard()
  const { library } = server

  async function compare(dataset: string, more: Partial<CompareInput> = {}): Promise<string> {
    const { id } = await library.comparisons.compare({
      ...{ dataset, shots: [2, 4], seeds: [7, 3], methods },
      ...{ selection: 'VALIDATION', klScaling: 'FROZEN', augmentations: 1, ...more },
    })
    await library.comparisons.ended(id)
    return id
  }
  const dataset = await makeDataset(library, 'Tried as compared', {
    SUPPORT_POOL: 5,
    VALIDATION: 3,
    TEST: 8,
  })
  const id = await compare(dataset.id)
  const optionsOf = (page: Page, label: string) =>
    page.getByLabel(label, { exact: true }).locator('option').allTextContents()

  test('an image that two methods disagree on is tried as it was compared, and gets the same answers', async () => {
    const at = { method: 'tip-adapter', space: 'clip', baseline: 'zero-shot', shots: 4 }
    const all = await library.contrasts.disagreements(
      (await library.store.comparisons.get(id)) ?? expect.fail(),
      await library.store.comparisons.runs(id),
      at,
      { first: 1, after: null },
    )
    const classes = await library.datasets.classes(dataset.id)
    const [first] = all.nodes

    const page = await open(`/compare/${id}?tab=disagreements&method=tip-adapter%40clip&baseline=zero-shot`)
    await page.locator('[role=tabpanel][data-state=active] li a').first().click()
    await page.getByRole('article', { name: 'Tip-Adapter in whitened' }).waitFor()
    expect(new URL(page.url()).searchParams.get('comparison')).toBe(id)
    expect(new URL(page.url()).searchParams.get('image')).toBe(first?.imageId)
    for (const [name, taken] of [
      ['Tip-Adapter in clip', first?.prediction],
      ['Zero-shot CLIP', first?.baselinePrediction],
    ] as const) {
      const says = page.getByRole('article', { name, exact: true }).locator('p').first()
      const text = (await says.textContent()) ?? ''
      expect(text).toContain(classes[taken?.classIndex ?? -1]?.name)
      const percent = Number.parseFloat(/([\d.]+) %/.exec(text)?.[1] ?? '')
      expect(Math.abs(percent - 100 * (taken?.probability ?? -1))).toBeLessThan(0.06)
    }
    // All methods of the comparison answer, and no other.
    expect(await page.getByRole('article').count()).toBe(methods.length)
  })

  test('accuracies, differences and sets are in percent on every page, as the library has them', async () => {
    const runs = await library.comparisons.runs(id)
    const rows = await library.comparisons.rows(runs)
    const row = rows.find((each) => each.space === 'whitened' && each.shots === 4) ?? expect.fail()
    const one = (value: number) => value.toFixed(1).replace('-', '−')
    const signed = (value: number) => `${Number(value.toFixed(1)) > 0 ? '+' : ''}${one(value)}`
    const range = ({ low, high }: { low: number; high: number }) => `${one(low)}–${one(high)}`
    const lineIn = (page: Page, table: string) =>
      page.getByRole('region', { name: table, exact: true }).getByRole('row').filter({ hasText: 'whitened' })
    const told = (value: string) => expect.stringContaining(value)
    const { mean } = row.accuracy

    const page = await open(`/compare/${id}?tab=sets`)
    const results = lineIn(page, 'Results of every method')
    await expect.poll(() => results.textContent()).toEqual(told(`${one(mean)} ${range(row.accuracy)}`))
    const pairs = await library.comparisons.pairs(runs, 'zero-shot', null, 'accuracy')
    const pair = pairs.find((each) => each.space === 'whitened' && each.shots === 4)
    await expect.poll(() => results.textContent()).toEqual(told(signed(pair?.difference ?? Number.NaN)))
    const { coverage, empty, size } = row.sets ?? expect.fail()
    for (const each of [coverage, empty, size])
      await expect.poll(() => lineIn(page, 'Sets of every method').textContent()).toEqual(told(range(each)))

    const other = await open(
      `/compare/${id}?tab=classes&method=tip-adapter%40whitened&baseline=zero-shot&shots=4`,
    )
    const comparison = (await library.store.comparisons.get(id)) ?? expect.fail()
    const of = { method: 'tip-adapter', space: 'whitened', baseline: 'zero-shot', shots: 4 }
    const classes = other.getByRole('region', { name: 'Accuracy by class', exact: true }).last()
    for (const delta of await library.contrasts.classDeltas(comparison, runs, of)) {
      await classes.getByText(one(delta.accuracy), { exact: true }).first().waitFor()
      await classes.getByText(signed(delta.difference), { exact: true }).first().waitFor()
    }
    const accuracies = runs.map(({ result }) => one(result?.accuracy ?? Number.NaN))
    const listed = await open(`/compare/${id}?tab=runs`)
    await expect
      .poll(async () => await listed.getByRole('tabpanel').getByRole('cell').allTextContents())
      .toEqual(expect.arrayContaining(accuracies))

    const at = Math.max(...rows.filter(({ shots }) => shots === 4).map(({ accuracy }) => accuracy.mean))
    const all = await open('/compare')
    const entry = all.getByRole('row').filter({ hasText: dataset.name }).first()
    await expect
      .poll(() => entry.getByRole('cell').allTextContents())
      .toEqual(expect.arrayContaining([one(at)]))
  })

  test('it says which comparison answers, offers its shots and seeds alone, and can be left', async () => {
    const page = await open(`/compare/${id}`)
    await page.getByRole('link', { name: 'Try', exact: true }).last().click()
    const card = page.getByRole('region', { name: 'As compared' })
    await card.getByText('3 methods').waitFor()
    await card.getByRole('link', { name: dataset.name }).waitFor()
    await card.getByText('Selected on the labelled validation images').waitFor()
    expect(await optionsOf(page, 'Shots')).toEqual(['2', '4'])
    expect(await optionsOf(page, 'Seed')).toEqual(['7', '3'])
    expect(await page.getByLabel('Shots', { exact: true }).inputValue()).toBe('4')

    await page
      .getByRole('button', { name: /^blue disc/ })
      .first()
      .click()
    await page.getByRole('article').first().waitFor()
    await page.getByLabel('Seed', { exact: true }).selectOption('3')
    await expect.poll(() => page.url()).toMatch(/seed=3/)
    const link = await card.getByRole('link', { name: 'This comparison' }).getAttribute('href')
    expect(link).toBe(`/compare/${id}`)
    await card.getByRole('link', { name: 'Choose methods yourself' }).click()
    await page.getByText(/^Methods \(/).waitFor()
    const { searchParams } = new URL(page.url())
    expect(searchParams.has('comparison')).toBe(false)
    expect(searchParams.get('dataset')).toBe(dataset.id)
    expect(searchParams.get('seed')).toBe('3')
    expect(searchParams.has('image')).toBe(true)
  })

  test('an image of the support set is told', async () => {
    const runs = await library.store.comparisons.runs(id)
    const set = runs.find(({ shots, seed }) => shots === 2 && seed === 3)?.result?.supportSetId ?? ''
    const [key] = await library.store.supportSets.images(set)
    const page = await open(`/try?comparison=${id}&shots=2&seed=3&image=${key?.imageId}`)
    await page.getByText('This image is in the support set. It is scored without its own key.').waitFor()
    await page.getByText('It is labelled').waitFor()
    const [test] = await library.store.datasets.images(dataset.id, 'TEST')
    const other = await open(`/try?comparison=${id}&shots=2&seed=3&image=${test?.imageId}`)
    await other.getByRole('article').first().waitFor()
    expect(await other.getByText('This image is in the support set').count()).toBe(0)
  })

  test('what the comparison does not have, or can no longer answer, is told in words', async () => {
    const [test] = await library.store.datasets.images(dataset.id, 'TEST')
    const page = await open(`/try?comparison=${id}&shots=3&image=${test?.imageId}`)
    await page.getByText('This comparison has no finished run at 3 shots.').waitFor()
    expect(await optionsOf(page, 'Shots')).toEqual(['2', '4', '3 (not compared)'])
    await page.getByLabel('Shots', { exact: true }).selectOption('2')
    await page.getByRole('article').first().waitFor()

    const unknown = await open('/try?comparison=nothing')
    await unknown.getByText('Comparison nothing not found.').waitFor()
    await unknown.getByRole('link', { name: 'Choose methods yourself' }).click()
    await unknown.getByText(/^Methods \(/).waitFor()

    const changed = await makeDataset(library, 'Tried after a change')
    const before = await compare(changed.id, { shots: [1], seeds: [1], selection: 'NONE' })
    const [first] = await library.datasets.classes(changed.id)
    await library.datasets.setPrompts({
      dataset: changed.id,
      classes: [{ name: first?.name ?? '', prompts: ['a picture of something else.'] }],
    })
    const [image] = await library.store.datasets.images(changed.id, 'TEST')
    const late = await open(`/try?comparison=${before}&image=${image?.imageId}`)
    await late.locator('[data-code=CONTENTS_CHANGED]').waitFor()
    expect(await late.getByRole('article').count()).toBe(0)
  })

  test('test images are those of the dataset that the comparison was tested on', async () => {
    const shifted = await makeDataset(library, 'Tried on other images', { TEST: 2 })
    const robust = await compare(dataset.id, { shots: [2], seeds: [7], testDataset: shifted.id })
    const page = await open(`/try?comparison=${robust}`)
    await page
      .getByRole('region', { name: 'As compared' })
      .getByRole('link', { name: shifted.name })
      .waitFor()
    await page
      .getByRole('button', { name: /^red stripes/ })
      .first()
      .click()
    await page.getByText('It is labelled').waitFor()
    const images = await library.store.datasets.images(shifted.id, 'TEST')
    expect(images.map(({ imageId }) => imageId)).toContain(new URL(page.url()).searchParams.get('image'))
  })

  test('calibration shows the bins and the error that the API has, for the chosen method and shots', async () => {
    const page = await open(`/compare/${id}?tab=calibration&method=tip-adapter%40whitened&shots=2`)
    const card = page.getByRole('region', { name: 'Calibration' })
    await card.getByRole('img', { name: /How often Tip-Adapter in whitened is right/ }).waitFor()
    const shown = async () => {
      const cells = await card.getByRole('cell').allTextContents()
      return Array.from({ length: cells.length / 3 }, (_, i) => cells.slice(3 * i, 3 * i + 3).join(' '))
    }
    interface Row {
      readonly method: { id: string }
      readonly space: { id: string } | null
      readonly shots: number
      readonly calibrationError: { mean: number }
      readonly reliability: readonly {
        images: number
        confidence: number | null
        accuracy: number | null
      }[]
    }
    const { comparison } = await server.read<{ comparison: { rows: Row[] } }>(
      `query ($id: ID!) { comparison(id: $id) { rows { nodes { method { id } space { id } shots
        calibrationError { mean } reliability { images confidence accuracy } } } } }`,
      { id },
    )
    const rowAt = (shots: number) =>
      comparison.rows.find((row) => row.space?.id === 'whitened' && row.shots === shots) ?? expect.fail()
    const percent = (share: number | null) => (share === null ? '–' : `${(100 * share).toFixed(1)} %`)
    const expected = (shots: number) =>
      rowAt(shots).reliability.map(
        ({ images, confidence, accuracy }) => `${images} ${percent(confidence)} ${percent(accuracy)}`,
      )
    await expect.poll(shown).toEqual(expected(2))
    await card
      .getByText(percent(rowAt(2).calibrationError.mean))
      .first()
      .waitFor()
    await card.getByRole('radio', { name: '4' }).click()
    await expect.poll(shown).toEqual(expected(4))
    await card.getByRole('combobox', { name: 'Method' }).selectOption('zero-shot')
    await card.getByRole('img', { name: /How often Zero-shot CLIP is right/ }).waitFor()
  })

  test('results of earlier versions say that they have no confidences', async () => {
    const old = await compare(dataset.id, { shots: [1], seeds: [5], selection: 'NONE' })
    for (const run of await library.store.comparisons.runs(old)) {
      const { labels, predicted } = await library.runResults.read(run.id)
      await library.runResults.write(run.id, { labels, predicted })
    }
    const page = await open(`/compare/${old}?tab=calibration`)
    await page.getByRole('heading', { name: 'No confidences' }).waitFor()
  })

  test('a comparison is asked for by a protocol in plain words, and says it afterwards like its verdict', async () => {
    const page = await open(`/compare/new?dataset=${dataset.id}`)
    await page.getByLabel('Shots').fill('1, 2')
    await page.getByLabel('Seeds').fill('1')
    await page.getByText('needs no other labelled images').waitFor()
    await page.getByText('9 images').waitFor()
    // The protocol of a user with only a few images, also where the dataset has validation images.
    const chosen = page.getByRole('radio', { name: 'Support set (leave-one-out)' })
    expect(await chosen.isChecked()).toBe(true)
    await page.getByRole('button', { name: 'Compare' }).click()
    await page.getByText('hyperparameters selected on the support set (leave-one-out)').waitFor()
    const how = page.getByRole('region', { name: 'How it was measured' })
    await how.getByText('leaving out one image of every class at a time').waitFor()
    await how.getByText('At one shot nothing can be left out').waitFor()
    await how.getByText('At most 3 at 1 shot and 6 at 2 shots').waitFor()
    const verdict = page.getByRole('region', { name: 'Verdict' })
    await verdict.getByText('leaving out one of every class at a time').waitFor()
    await verdict.getByText('6 labelled images').waitFor()
    await page.getByRole('radio', { name: '1', exact: true }).first().click()
    await verdict.getByText('Its hyperparameters are the defaults').waitFor()
  })

  test('validation images cannot be chosen where there are none', async () => {
    const unvalidated = await makeDataset(library, 'Tried without validation', { SUPPORT_POOL: 2, TEST: 1 })
    const page = await open(`/compare/new?dataset=${unvalidated.id}`)
    await page.getByText('this dataset has none').waitFor()
    expect(await page.getByRole('radio', { name: /^Validation images/ }).isDisabled()).toBe(true)
    expect(await page.getByRole('radio', { name: /^Support set/ }).isChecked()).toBe(true)
  })
})
