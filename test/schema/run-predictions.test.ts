import { expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const { library } = server
const dataset = await makeDataset(library, 'Looked into', { SUPPORT_POOL: 4, TEST: 12 })
const { id: comparison } = await library.comparisons.compare({
  dataset: dataset.id,
  shots: [1],
  seeds: [1],
  methods: [{ method: 'zero-shot' }, { method: 'tip-adapter' }],
  selection: 'NONE',
  klScaling: 'FROZEN',
  augmentations: 1,
})
await library.comparisons.ended(comparison)
const runs = await library.store.comparisons.runs(comparison)
const classes = await library.datasets.classes(dataset.id)
const images = await library.store.datasets.images(dataset.id, 'TEST')
const runOf = (method: string) => runs.find((run) => run.method === method)?.id ?? expect.fail()
const [run, other] = [runOf('zero-shot'), runOf('tip-adapter')]

interface Taken {
  readonly class: { readonly index: number }
  readonly probability: number
}
interface Node {
  readonly image: { readonly id: string }
  readonly class: { readonly index: number }
  readonly currentClass: { readonly index: number } | null
  readonly prediction: Taken
  readonly rank: number | null
  readonly setSize: number | null
  readonly beside: readonly Taken[]
}
interface Page {
  readonly nodes: readonly Node[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
  readonly totalCount: number
}

const queryOf = (parameters: string) => `query ($id: ID!, $beside: [ID!]!) { run(id: $id) {
  predictions(${parameters}) {
    nodes {
      image { id } class { index } currentClass { index } rank setSize
      prediction { class { index } probability }
      beside(runs: $beside) { class { index } probability }
    }
    pageInfo { hasNextPage endCursor } totalCount
  }
} }`
const ask = async (parameters: string, beside: readonly string[] = [other]): Promise<Page> =>
  (await server.query<{ run: { predictions: Page } }>(queryOf(parameters), { id: run, beside })).run
    .predictions
const codeOf = async (parameters: string, beside: readonly string[] = []) => {
  const { errors } = await server.ask(queryOf(parameters), { id: run, beside })
  return errors?.[0]?.extensions
}

/** What is stored of both runs, image by image. */
async function stored(): Promise<Node[]> {
  const [mine, theirs] = await Promise.all([library.runResults.read(run), library.runResults.read(other)])
  return images.map(({ imageId, classIndex }, i) => ({
    image: { id: imageId },
    class: { index: classIndex },
    currentClass: { index: classIndex },
    rank: mine.rank?.[i] ?? null,
    setSize: mine.setSize?.[i] ?? null,
    prediction: { class: { index: mine.predicted[i] ?? -1 }, probability: mine.confidence?.[i] ?? -1 },
    beside: [{ class: { index: theirs.predicted[i] ?? -1 }, probability: theirs.confidence?.[i] ?? -1 }],
  }))
}

const isRight = (node: Node) => node.class.index === node.prediction.class.index

test('predictions of a run are those of its test images, with what another run says of the same image', async () => {
  const { nodes, totalCount } = await ask('first: 100')
  expect(totalCount).toBe(images.length)
  expect(nodes).toEqual(await stored())
})

test('predictions are selected by outcome, class and predicted class, and counted', async () => {
  const all = await stored()
  const name = (index: number) => JSON.stringify(classes[index]?.name)
  const ids = (nodes: readonly Node[]) => nodes.map(({ image }) => image.id)
  for (const [parameters, keep] of [
    ['outcome: RIGHT', isRight],
    ['outcome: WRONG', (node: Node) => !isRight(node)],
    [`class: ${name(1)}`, (node: Node) => node.class.index === 1],
    [`takenFor: ${name(2)}`, (node: Node) => node.prediction.class.index === 2],
    [`class: ${name(0)}, takenFor: ${name(0)}`, (node: Node) => node.class.index === 0 && isRight(node)],
    [`class: ${name(0)}, takenFor: ${name(1)}, outcome: RIGHT`, () => false],
  ] as const) {
    const { nodes, totalCount } = await ask(`first: 100, ${parameters}`)
    expect(ids(nodes), parameters).toEqual(ids(all.filter(keep)))
    expect(totalCount).toBe(nodes.length)
  }
  expect(all.some(isRight) && !all.every(isRight)).toBe(true)
})

test('the least or the most confident come first, page by page, each once', async () => {
  const probabilities = (await stored()).map(({ prediction }) => prediction.probability).sort((a, b) => a - b)
  for (const [order, expected] of [
    ['LEAST_CONFIDENT', probabilities],
    ['MOST_CONFIDENT', [...probabilities].reverse()],
  ] as const) {
    const read: Node[] = []
    for (let after: string | null = null, more = true; more; ) {
      const page: Page = await ask(`first: 7, orderBy: ${order}, after: ${JSON.stringify(after)}`)
      read.push(...page.nodes)
      after = page.pageInfo.endCursor
      more = page.pageInfo.hasNextPage
    }
    expect(read.map(({ prediction }) => prediction.probability)).toEqual(expected)
    expect(new Set(read.map(({ image }) => image.id)).size).toBe(images.length)
  }
})

test('what cannot be selected is told with the argument at fault', async () => {
  expect(await codeOf('class: "Narwhal"')).toMatchObject({ code: 'UNKNOWN_CLASS', argument: 'class' })
  expect(await codeOf('takenFor: "Narwhal"')).toMatchObject({ code: 'UNKNOWN_CLASS', argument: 'takenFor' })
  expect(await codeOf('first: 0')).toMatchObject({ code: 'INVALID_VALUE', argument: 'first' })
  expect(await codeOf('after: "nowhere"')).toMatchObject({ code: 'INVALID_VALUE', argument: 'after' })
  const first = await ask(`first: 1, outcome: RIGHT`)
  const after = JSON.stringify(first.pageInfo.endCursor)
  expect(await codeOf(`outcome: WRONG, after: ${after}`)).toMatchObject({
    code: 'INVALID_VALUE',
    argument: 'after',
  })
})

test('a run with other test images cannot be put beside', async () => {
  const foreign = await makeDataset(library, 'Not looked into')
  const { id } = await library.comparisons.compare({
    dataset: foreign.id,
    shots: [1],
    seeds: [1],
    methods: [{ method: 'zero-shot' }],
    selection: 'NONE',
    klScaling: 'FROZEN',
    augmentations: 1,
  })
  await library.comparisons.ended(id)
  const [elsewhere] = await library.store.comparisons.runs(id)
  expect(await codeOf('first: 1', [elsewhere?.id ?? ''])).toMatchObject({
    code: 'INVALID_VALUE',
    argument: 'runs',
  })
})

test('an image that was moved to another class shows both', async () => {
  const [moved] = images
  const to = classes[((moved?.classIndex ?? 0) + 1) % classes.length]
  await library.curation.moveImages({
    dataset: dataset.id,
    images: [moved?.imageId ?? ''],
    class: to?.name ?? '',
  })
  const { nodes } = await ask('first: 1')
  expect(nodes[0]).toMatchObject({
    class: { index: moved?.classIndex },
    currentClass: { index: to?.index },
  })
})
