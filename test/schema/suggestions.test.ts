import { expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { base64, classNames, picture } from '../helpers/pictures.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const { library } = server
const unlabelled = 6

/** A dataset with images without a label, of every class in turn. */
async function withUnlabelled(name: string, support: number) {
  const dataset = await makeDataset(library, name, { SUPPORT_POOL: support, TEST: 2 })
  const images = await Promise.all(
    Array.from({ length: unlabelled }, (_, i) => base64(picture(i % classNames.length, 5000 + i))),
  )
  await library.datasets.addUnlabelled({
    dataset: dataset.id,
    images: images.map((data) => ({ base64: data })),
  })
  return dataset
}

interface Suggestion {
  readonly image: { readonly id: string }
  readonly uncertainty: number
  readonly distance: number
  readonly top: readonly { readonly class: { readonly index: number }; readonly probability: number }[]
}
const queryOf = (parameters: string) => `query ($id: ID!) { dataset(id: $id) { suggestions${parameters} {
  image { id } uncertainty distance top { class { index } probability }
} } }`
async function suggestions(id: string, parameters = ''): Promise<readonly Suggestion[]> {
  const { dataset } = await server.query<{ dataset: { suggestions: readonly Suggestion[] } }>(
    queryOf(parameters),
    { id },
  )
  return dataset.suggestions
}
const idsOf = (all: readonly Suggestion[]) => all.map(({ image }) => image.id)

const dataset = await withUnlabelled('Labelled next', 3)

test('images without a label are suggested, the most uncertain first, with what is thought of them', async () => {
  const ids = await library.datasets.unlabelled.ids(dataset.id)
  const all = await suggestions(dataset.id, '(strategy: UNCERTAINTY)')
  expect(idsOf(all).toSorted()).toEqual(ids.toSorted())
  for (const [i, { uncertainty, top }] of all.entries()) {
    expect(top.length).toBe(classNames.length)
    expect(top.reduce((sum, each) => sum + each.probability, 0)).toBeCloseTo(1)
    expect(uncertainty).toBeCloseTo(1 - ((top[0]?.probability ?? 0) - (top[1]?.probability ?? 0)))
    expect(uncertainty).toBeLessThanOrEqual(all[i - 1]?.uncertainty ?? 1)
  }
})

test('by coverage the farthest comes first, and by both what is far and uncertain', async () => {
  const far = await suggestions(dataset.id, '(strategy: COVERAGE)')
  for (const [i, { distance }] of far.entries())
    expect(distance).toBeLessThanOrEqual((far[i - 1]?.distance ?? 2) + 1e-6)
  const [both] = await suggestions(dataset.id, '(strategy: BOTH, first: 1)')
  // The first one has the greatest product, with distances to what is labelled alone.
  const alone = await Promise.all(
    idsOf(far).map(async (id) => {
      const others = idsOf(far).filter((each) => each !== id)
      return (await suggestions(dataset.id, `(strategy: COVERAGE, except: ${JSON.stringify(others)})`))[0]
    }),
  )
  const products = alone.map((each) => (each?.uncertainty ?? 0) * (each?.distance ?? 0))
  expect(both?.image.id).toBe(alone[products.indexOf(Math.max(...products))]?.image.id)
})

test('skipped images are not suggested, nor more than are asked for', async () => {
  const [first] = await suggestions(dataset.id, '(first: 1)')
  const rest = await suggestions(dataset.id, `(first: 3, except: ["${first?.image.id}"])`)
  expect(rest.length).toBe(3)
  expect(idsOf(rest)).not.toContain(first?.image.id)
})

test('what is labelled is known from then on', async () => {
  const [first] = await suggestions(dataset.id, '(first: 1)')
  const image = first?.image.id ?? ''
  const to = { class: classNames[0] ?? '', split: 'SUPPORT_POOL' as const }
  await library.curation.labelImages({ dataset: dataset.id, images: [image], ...to })
  expect(idsOf(await suggestions(dataset.id))).not.toContain(image)
})

test('without any label the texts answer, and without images none is suggested', async () => {
  const fresh = await withUnlabelled('Nothing labelled yet', 0)
  for (const strategy of ['UNCERTAINTY', 'COVERAGE', 'BOTH']) {
    const all = await suggestions(fresh.id, `(strategy: ${strategy})`)
    expect(new Set(idsOf(all)).size).toBe(unlabelled)
    expect(all[0]?.distance).toBe(1)
  }
  const full = await makeDataset(library, 'Everything labelled')
  expect(await suggestions(full.id)).toEqual([])
})

test('a class without labelled images can be suggested too', async () => {
  const one = await withUnlabelled('One class labelled', 0)
  const [image] = await library.datasets.unlabelled.ids(one.id)
  const to = { class: classNames[1] ?? '', split: 'SUPPORT_POOL' as const }
  await library.curation.labelImages({ dataset: one.id, images: [image ?? ''], ...to })
  const all = await suggestions(one.id)
  expect(all.length).toBe(unlabelled - 1)
  for (const { uncertainty } of all) expect(Number.isFinite(uncertainty)).toBe(true)
})

test('what cannot be suggested is told with the argument at fault', async () => {
  const refusal = async (parameters: string) =>
    (await server.ask(queryOf(parameters), { id: dataset.id })).errors?.[0]?.extensions
  expect(await refusal('(first: 0)')).toMatchObject({ code: 'INVALID_VALUE', argument: 'first' })
  expect(await refusal('(first: 101)')).toMatchObject({ code: 'INVALID_VALUE', argument: 'first' })
  expect(await refusal('(encoder: "none")')).toMatchObject({ code: 'UNKNOWN_ENCODER', argument: 'encoder' })
})
