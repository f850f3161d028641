import { expect, test } from 'vitest'
import { compareInput } from '../helpers/compare-input.js'
import { makeDataset } from '../helpers/datasets.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const { library } = server
const dataset = await makeDataset(library, 'Recommended')

interface Recommendation {
  readonly method: { id: string }
  readonly space: { id: string } | null
  readonly shots: number
  readonly accuracy: { mean: number }
  readonly confidence: string
  readonly pairs: number
  readonly text: string
  readonly rivals: readonly { method: { id: string }; lead: { mean: number; n: number; setsWon: number } }[]
}

async function compare(): Promise<string> {
  const methods = [{ method: 'zero-shot' }, { method: 'tip-adapter' }, { method: 'tip-x++' }]
  const input = { dataset: dataset.id, shots: [1, 2], seeds: [1, 2], methods }
  const {
    compare: { comparison: started },
  } = await server.read<{ compare: { comparison: { id: string } } }>(
    'mutation ($input: CompareInput!) { compare(input: $input) { comparison { id } } }',
    { input: compareInput(input) },
  )
  return started.id
}

const document = `query ($id: ID!, $shots: Int) { comparison(id: $id) {
  rows { nodes { method { id } shots accuracy { mean } } }
  recommendation(shots: $shots) { method { id } space { id } shots accuracy { mean } confidence pairs text selection labelledImages
    rivals { method { id } space { id } accuracy { mean } lead { mean low high pValue n setsWon } adjustedPValue confidence } }
} }`

const id = await compare()
await library.comparisons.ended(id)

test.each([
  [null, 2],
  [1, 1],
])('the method with the best mean is recommended at %s shots', async (asked, shots) => {
  const { comparison } = await server.read<{
    comparison: {
      rows: { method: { id: string }; shots: number; accuracy: { mean: number } }[]
      recommendation: Recommendation
    }
  }>(document, { id, shots: asked })
  const { recommendation } = comparison
  const rows = comparison.rows.filter((row) => row.shots === shots)
  expect(recommendation).toMatchObject({ shots, pairs: 3 })
  expect(recommendation.accuracy.mean).toBe(Math.max(...rows.map(({ accuracy }) => accuracy.mean)))
  expect(['CLEAR', 'LIKELY', 'TIE']).toContain(recommendation.confidence)
  expect(recommendation.text).toContain(`At ${shots} shot`)
  expect(recommendation.text).toContain('selected on the labelled validation images')
  for (const { method, lead } of recommendation.rivals) {
    const theirs = rows.find((row) => row.method.id === method.id)?.accuracy.mean ?? NaN
    expect(lead.mean).toBeCloseTo(recommendation.accuracy.mean - theirs, 9)
    expect(lead.n).toBe(2)
  }
})

test('a number of shots that was not asked for is refused', async () => {
  const { errors } = await server.ask(document, { id, shots: 7 })
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_VALUE', argument: 'shots' })
})
