import { expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const { library } = server
const dataset = await makeDataset(library, 'Contrasted', { SUPPORT_POOL: 4, TEST: 12 })
const { id } = await library.comparisons.compare({
  dataset: dataset.id,
  shots: [1, 2],
  seeds: [1, 2],
  methods: [{ method: 'zero-shot' }, { method: 'tip-adapter' }, { method: 'tip-adapter', space: 'centred' }],
  selection: 'NONE',
  klScaling: 'FROZEN',
  augmentations: 1,
})
await library.comparisons.ended(id)
const runs = await library.store.comparisons.runs(id)
const testImages = await library.store.datasets.images(dataset.id, 'TEST')

/** What a method's run took the test images for, as it is stored. */
async function predictions(method: string, space: string | null, shots: number, seed: number) {
  const run = runs.find(
    (each) => each.method === method && each.space === space && each.shots === shots && each.seed === seed,
  )
  return library.runResults.read(run?.id ?? '')
}

interface Taken {
  readonly class: { index: number }
  readonly probability: number
}
interface Disagreement {
  readonly image: { id: string }
  readonly class: { index: number }
  readonly seed: number
  readonly kind: string
  readonly prediction: Taken
  readonly baselinePrediction: Taken
}
interface Page {
  readonly nodes: readonly Disagreement[]
  readonly pageInfo: { hasNextPage: boolean; endCursor: string | null }
  readonly totalCount: number
}

const disagreementsQuery = (parameters: string) => `query ($id: ID!) { comparison(id: $id) {
  disagreements(${parameters}) {
    nodes {
      image { id } class { index } seed kind
      prediction { class { index } probability } baselinePrediction { class { index } probability }
    }
    pageInfo { hasNextPage endCursor } totalCount
  }
} }`

async function disagreements(parameters: string): Promise<Page> {
  const query = disagreementsQuery(parameters)
  return (await server.read<{ comparison: { disagreements: Page } }>(query, { id })).comparison.disagreements
}

const sides = 'method: "tip-adapter", baseline: "zero-shot", shots: 2'

test('disagreements are the test images that the two runs take for different classes', async () => {
  const mine = await predictions('tip-adapter', 'clip', 2, 1)
  const theirs = await predictions('zero-shot', null, 2, 1)
  const expected = testImages.flatMap(({ imageId, classIndex }, i) => {
    if (mine.predicted[i] === theirs.predicted[i]) return []
    const right = mine.predicted[i] === classIndex
    const kind = right ? 'METHOD_RIGHT' : theirs.predicted[i] === classIndex ? 'BASELINE_RIGHT' : 'BOTH_WRONG'
    return [
      {
        image: { id: imageId },
        class: { index: classIndex },
        seed: 1,
        kind,
        prediction: { class: { index: mine.predicted[i] }, probability: mine.confidence?.[i] },
        baselinePrediction: { class: { index: theirs.predicted[i] }, probability: theirs.confidence?.[i] },
      },
    ]
  })
  const { nodes, totalCount } = await disagreements(`${sides}, first: 100`)
  expect(nodes).toEqual(expected)
  expect(totalCount).toBe(expected.length)
  expect(nodes.length).toBeGreaterThan(2)
  for (const { prediction } of nodes) {
    expect(prediction.probability).toBeGreaterThan(1 / 3)
    expect(prediction.probability).toBeLessThanOrEqual(1)
  }

  const second = await disagreements(`${sides}, seed: 2, first: 100`)
  expect(new Set(second.nodes.map(({ seed }) => seed))).toEqual(new Set([2]))
  for (const kind of ['METHOD_RIGHT', 'BASELINE_RIGHT', 'BOTH_WRONG']) {
    const kept = await disagreements(`${sides}, kind: ${kind}, first: 100`)
    expect(kept.nodes).toEqual(nodes.filter((each) => each.kind === kind))
    expect(kept.totalCount).toBe(kept.nodes.length)
  }
})

test('disagreements come page by page', async () => {
  const { nodes } = await disagreements(`${sides}, first: 100`)
  const read: Disagreement[] = []
  let after: string | null = null
  do {
    const page = await disagreements(`${sides}, first: 2, after: ${JSON.stringify(after)}`)
    expect(page.totalCount).toBe(nodes.length)
    read.push(...page.nodes)
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
  } while (after !== null)
  expect(read).toEqual(nodes)
})

test('class deltas agree with the accuracies of the runs in each class', async () => {
  const parameters =
    'method: "TA", space: "centred", baseline: "tip-adapter", baselineSpace: "clip", shots: 1'
  const { comparison } = await server.read<{
    comparison: {
      runs: {
        method: { id: string }
        space: { id: string } | null
        shots: number
        perClassAccuracy: number[]
      }[]
      classDeltas: Record<'images' | 'accuracy' | 'baselineAccuracy' | 'difference' | 'wins', number>[]
    }
  }>(
    `query ($id: ID!) { comparison(id: $id) {
      runs { nodes { method { id } space { id } shots perClassAccuracy } }
      classDeltas(${parameters}) { nodes {
        class { index name } images n accuracy baselineAccuracy difference low high wins losses pValue adjustedPValue
      } }
    } }`,
    { id },
  )
  const mean = (space: string, c: number) => {
    const of = comparison.runs.filter(
      (run) => run.method.id === 'tip-adapter' && run.space?.id === space && run.shots === 1,
    )
    return of.reduce((sum, run) => sum + (run.perClassAccuracy[c] ?? NaN), 0) / of.length
  }
  expect(comparison.classDeltas.length).toBe(3)
  for (const [c, delta] of comparison.classDeltas.entries()) {
    expect(delta).toMatchObject({ class: { index: c }, images: 12, n: 2 })
    expect(delta.accuracy).toBeCloseTo(mean('centred', c), 8)
    expect(delta.baselineAccuracy).toBeCloseTo(mean('clip', c), 8)
    expect(delta.difference).toBeCloseTo(mean('centred', c) - mean('clip', c), 8)
  }
})

test.each([
  ['method: "nothing", baseline: "zero-shot", shots: 2', 'UNKNOWN_METHOD', 'method'],
  ['method: "tip-x", baseline: "zero-shot", shots: 2', 'UNKNOWN_BASELINE', 'method'],
  ['method: "tip-adapter", baseline: "tip-x", shots: 2', 'UNKNOWN_BASELINE', 'baseline'],
  ['method: "tip-adapter", space: "nowhere", baseline: "zero-shot", shots: 2', 'UNKNOWN_SPACE', 'space'],
  ['method: "tip-adapter", space: "imo", baseline: "zero-shot", shots: 2', 'UNKNOWN_BASELINE', 'method'],
  ['method: "tip-adapter", baseline: "zero-shot", shots: 3', 'INVALID_VALUE', 'shots'],
  [`${sides}, seed: 9`, 'INVALID_VALUE', 'seed'],
  [`${sides}, first: 0`, 'INVALID_VALUE', 'first'],
  [`${sides}, after: "bm8"`, 'INVALID_VALUE', 'after'],
])('disagreements(%s) is refused with %s', async (parameters, code, argument) => {
  const { errors } = await server.ask(disagreementsQuery(parameters), { id })
  expect(errors?.[0]?.extensions).toEqual({ code, argument })
})
