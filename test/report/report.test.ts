import { parseHTML } from 'linkedom'
import { expect, test } from 'vitest'
import { errors } from '../../src/errors.js'
import type { OpenedLibrary } from '../../src/library/library.js'
import { reportOn } from '../../src/report/report.js'
import { labelledPictures } from '../helpers/datasets.js'
import { classNames } from '../helpers/pictures.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const { library } = server

/** What a class may be called by whoever does not mean well. */
const hostile = ['<script>alert(1)</script>', '" onload="alert(1)', `</style><img src=x onerror='alert(1)'>`]

async function makeDataset(name: string, splits: Parameters<typeof labelledPictures>[0]): Promise<string> {
  const { id } = await library.datasets.create({ name, classes: hostile.map((each) => ({ name: each })) })
  const pictures = (await labelledPictures(splits)).map((each) => ({
    ...each,
    class: hostile[classNames.indexOf(each.class as 'blue disc')] ?? '',
  }))
  await library.datasets.addImages({ dataset: id, images: pictures })
  return id
}

const dataset = await makeDataset('<u>Hostile</u> & "quoted"', { SUPPORT_POOL: 5, VALIDATION: 3, TEST: 8 })

async function compare(more: Partial<Parameters<OpenedLibrary['comparisons']['compare']>[0]> = {}) {
  const { id } = await library.comparisons.compare({
    dataset,
    shots: [1, 2, 4],
    seeds: [1, 2],
    methods: [
      { method: 'zero-shot' },
      { method: 'tip-adapter' },
      { method: 'tip-adapter', space: 'whitened' },
      { method: 'tip-adapter++' },
    ],
    selection: 'VALIDATION',
    klScaling: 'FROZEN',
    augmentations: 1,
    ...more,
  })
  await library.comparisons.ended(id)
  return id
}

const id = await compare()
const text = await reportOn(library, id)
const { document } = parseHTML(text)
const textOf = (element: { textContent: string | null } | null | undefined) =>
  (element?.textContent ?? '').replace(/\s+/g, ' ').trim()
const sections = [...document.querySelectorAll('section')]
const section = (title: string) => sections.find((each) => textOf(each.querySelector('h2')).startsWith(title))
const rowsOf = (title: string) =>
  [...(section(title)?.querySelectorAll('tbody tr') ?? [])].map((row) =>
    [...row.querySelectorAll('td')].map(textOf),
  )
const all = await library.comparisons.rows(await library.store.comparisons.runs(id))

test('it has what a person needs to decide, in that order', () => {
  expect(sections.map((each) => textOf(each.querySelector('h2')))).toEqual([
    'Which method to use',
    'Accuracy by number of shots',
    'Confidence and accuracy',
    'Sets of classes',
    'Intra-modal overlap',
    'Does less overlap mean more accuracy?',
    'Class by class',
    'Where they disagree',
    'What was measured',
  ])
})

test('it says in words what the API recommends', async () => {
  const recommendation = await library.recommend(all)
  expect(textOf(section('Which')?.querySelector('.lead'))).toBe(recommendation?.text.replace(/\s+/g, ' '))
  expect(rowsOf('Which').length).toBe(4)
})

test('the table of accuracies has every row of the comparison', () => {
  const table = rowsOf('Accuracy')
  expect(table.map(([name]) => name)).toEqual([
    'Zero-shot CLIP',
    'Tip-Adapter in clip',
    'Tip-Adapter in whitened',
    'Tip-Adapter++',
  ])
  for (const [i, shots] of [1, 2, 4].entries()) {
    const rows = all.filter((row) => row.shots === shots)
    const expected = rows.map(({ accuracy: { mean, low, high } }) =>
      [mean.toFixed(1), `${low.toFixed(1)}–${high.toFixed(1)}`].join(' '),
    )
    expect(table.map((cells) => cells[i + 1])).toEqual(expected)
  }
})

test('confidence is drawn for the leading methods, best first, with the error that the API has', () => {
  const leading = all.filter(({ shots }) => shots === 4).sort((a, b) => b.accuracy.mean - a.accuracy.mean)
  const figures = [...(section('Confidence')?.querySelectorAll('figure') ?? [])]
  expect(figures.length).toBe(4)
  for (const [i, { calibrationError }] of leading.entries()) {
    expect(textOf(figures[i]?.querySelector('figcaption'))).toContain(
      `error ${(100 * calibrationError.mean).toFixed(1)} `,
    )
  }
  // Every test image of both support sets stands in one bin, drawn on a wide and on a narrow screen.
  const bars = figures[0]?.querySelectorAll('.narrow')[1]
  const counts = [...(bars?.querySelectorAll('[aria-label="text"] text') ?? [])].map((each) =>
    Number(textOf(each)),
  )
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(2 * 24)
})

test('runs of earlier versions, which lack confidences, are told as such', async () => {
  const old = await compare({ shots: [2], methods: [{ method: 'zero-shot' }, { method: 'gda' }] })
  for (const run of await library.store.comparisons.runs(old)) {
    const { labels, predicted } = await library.runResults.read(run.id)
    await library.runResults.write(run.id, { labels, predicted })
  }
  const report = parseHTML(await reportOn(library, old)).document
  expect(textOf(report.body)).toContain('did not store confidences')
})

test('overlaps are those of the overlap query', async () => {
  const run = (await library.store.comparisons.runs(id))?.find(({ shots }) => shots === 4)
  const supportSet = run?.result?.supportSetId ?? ''
  const spaces = ['clip', 'imo', 'whitened']
  const report = await library.overlap({ supportSet, split: 'TEST', spaces, bins: 200 })
  expect(rowsOf('Intra').map(([space, overlap]) => [space, overlap])).toEqual(
    report.spaces.map(({ space, overlap }) => [space, overlap.value.toFixed(3)]),
  )
})

test('whether less overlap goes with more accuracy is told as the API tells it, with why points are no sample', async () => {
  const { text: told } = await library.overlapCorrelation([id])
  const words = textOf(section('Does less'))
  expect(words).toContain(told)
  expect(words).toContain('not independent')
  expect(words).not.toMatch(/p [=<]|p-value/)
})

test('every class has its line, with its test images, each counted once', () => {
  const lines = rowsOf('Class by class')
  expect(lines.map(([name]) => name).sort()).toEqual([...hostile].sort())
  expect(lines.map((cells) => cells.at(-1))).toEqual(['8', '8', '8'])
})

test('whatever a class is called stays text', () => {
  expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  expect(document.querySelectorAll('script, iframe, object, embed, link, form, u').length).toBe(0)
  const attributes = [...document.querySelectorAll('*')].flatMap((element) =>
    [...element.attributes].map(({ name }) => name.toLowerCase()),
  )
  expect(attributes.filter((name) => name.startsWith('on'))).toEqual([])
})

test('it asks nothing of a network', () => {
  const policy = document.querySelector('meta[http-equiv="Content-Security-Policy"]')
  expect(policy?.getAttribute('content')).toMatch(/^default-src 'none';/)
  for (const element of document.querySelectorAll('[src], [href]')) {
    expect(element.getAttribute('src') ?? element.getAttribute('href')).toMatch(/^data:image\/webp;base64,/)
  }
  expect(text).not.toMatch(/url\(|@import/)
})

test('it shows images that the methods disagree on, no more than can be sent', () => {
  const images = section('Where')?.querySelectorAll('img').length ?? 0
  expect(images).toBeGreaterThan(0)
  expect(images).toBeLessThanOrEqual(30)
  expect(text.length).toBeLessThan(1e6)
})

test('an image that cannot be shown says why, and takes nothing else along', async () => {
  const thumbnail = async () => {
    throw errors.invalidImage({ reason: 'its file is broken' })
  }
  const broken = { ...library, images: { ...library.images, thumbnail } }
  const report = parseHTML(await reportOn(broken, id)).document
  expect(report.querySelectorAll('section').length).toBe(sections.length)
  expect(report.querySelectorAll('img').length).toBe(0)
  expect(textOf(report.querySelector('ul.images li'))).toContain('its file is broken')
})

test('a method has one colour wherever it stands, that of the API on light and on dark', async () => {
  const { method } = await server.query<{ method: { color: { light: string; dark: string } } }>(
    '{ method(id: "tip-adapter++") { color { light dark } } }',
  )
  const { light, dark } = method.color
  const variable = `--series-${light.slice(1)}-${dark.slice(1)}`
  const marks = [...document.querySelectorAll('td')].filter((cell) => textOf(cell) === 'Tip-Adapter++')
  const colours = marks.map((cell) => cell.querySelector('svg')?.getAttribute('style'))
  expect(new Set(colours)).toEqual(new Set([`color:var(${variable})`]))
  const dots = [...document.querySelectorAll(`.drawing [fill="var(${variable})"]`)]
  expect(dots.length).toBeGreaterThan(0)
  const style = document.querySelector('style')?.textContent ?? ''
  const defined = [...style.matchAll(new RegExp(`${variable}: (#\\w+);`, 'g'))].map(([, value]) => value)
  expect(defined).toEqual([light, dark])
})

test.each([
  ['Zero-shot CLIP', null],
  ['Tip-Adapter in clip', 'clip'],
  ['Tip-Adapter in whitened', 'whitened'],
  ['Tip-Adapter++', 'imo'],
])('%s has the marker and the dash of the API', async (name, space) => {
  const { featureSpaces } = await server.query<{
    featureSpaces: { id: string; marker: { path: string }; dash: string | null }[]
  }>('{ featureSpaces { id marker { path } dash } }')
  // A method that compares no images looks as in clip: circles on a solid line.
  const expected = featureSpaces.find(({ id }) => id === (space ?? 'clip'))
  const cell = [...document.querySelectorAll('td')].find((each) => textOf(each) === name)
  const [line, marker] = [...(cell?.querySelectorAll('path') ?? [])]
  expect(line?.getAttribute('stroke-dasharray') ?? null).toBe(expected?.dash)
  expect(marker?.getAttribute('d')).toBe(expected?.marker.path)
})

test('each plot is drawn for wide and for narrow screens, and says in words what it shows', () => {
  const drawings = [...document.querySelectorAll('.drawing')]
  expect(drawings.length).toBe(2 * (1 + 2 * 4 + 3 + 1))
  for (const drawing of drawings) {
    expect(drawing.getAttribute('aria-label')).toMatch(/\w+ \w+/)
    expect(drawing.querySelector('svg')).not.toBe(null)
  }
})

test('a comparison that was tested on another dataset tells the drop', async () => {
  const shifted = await makeDataset('Shifted <b>', { TEST: 3 })
  const comparison = await compare({ testDataset: shifted, shots: [2] })
  const report = parseHTML(await reportOn(library, comparison)).document
  const titles = [...report.querySelectorAll('h2')].map(textOf)
  expect(titles).toContain('Accuracy lost on other images')
  expect(textOf(report.body)).toContain('tested on Shifted <b>')
})

test('one method at one number of shots is enough for a report', async () => {
  const comparison = await compare({ shots: [2], seeds: [1], methods: [{ method: 'zero-shot' }] })
  const report = parseHTML(await reportOn(library, comparison)).document
  expect(textOf(report.querySelector('.lead'))).toContain('no other method to compare it with')
})

test('at one shot, where leave-one-out selects nothing, the verdict and the setting say so', async () => {
  const comparison = await compare({ shots: [1], seeds: [1], selection: 'LEAVE_ONE_OUT' })
  const report = parseHTML(await reportOn(library, comparison)).document
  expect(textOf(report.querySelector('.lead'))).toContain('none can be left out')
  expect(textOf(report.querySelector('dl'))).toContain('at one shot none can be left out')
})

test('the server has it as a page that loads and runs nothing', async () => {
  const response = await fetch(`${server.url}/comparisons/${id}.html`)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none';/)
  expect(await response.text()).toContain('Which method to use')
  const missing = await fetch(`${server.url}/comparisons/0190a5b0-0000-7000-8000-000000000000.html`)
  expect(missing.status).toBe(404)
})

test('a comparison of which nothing has finished has no report', async () => {
  const { id: started } = await library.comparisons.compare({
    dataset,
    shots: [5],
    seeds: [1],
    methods: [{ method: 'tip-x' }],
    selection: 'NONE',
    klScaling: 'FROZEN',
    augmentations: 1,
  })
  await library.comparisons.cancel(started)
  await expect(reportOn(library, started)).rejects.toMatchObject({ code: 'INVALID_VALUE', argument: 'id' })
})

test('its sets of classes are those of the API, smallest first', async () => {
  const [most] = all.map(({ shots }) => shots).sort((a, b) => b - a)
  const sizes = all
    .flatMap(({ shots, sets }) => (shots === most && sets ? [sets.size.mean] : []))
    .sort((a, b) => a - b)
  expect(sizes.length).toBeGreaterThan(0)
  expect(rowsOf('Sets of classes').map(([, , size]) => size?.split(' ')[0])).toEqual(
    sizes.map((size) => size.toFixed(1)),
  )
})
