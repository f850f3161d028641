import { expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { base64, picture } from '../helpers/pictures.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const { library } = server
const dataset = await makeDataset(library, 'Known everywhere')
const supportSet = await library.supportSets.create({
  dataset: dataset.id,
  shots: 4,
  seed: 1,
  augmentations: 1,
})
const images = await Promise.all(
  [0, 1, 2].map(async (index) => ({ base64: await base64(picture(index, 9000)) })),
)

/** The spaces of adapters project no texts. */
const hasTexts = (space: string) => !space.startsWith('imo')
const everywhere = library.registry.methods.flatMap(({ id, space, spaces, needs = [] }) =>
  space === null
    ? [{ method: id }]
    : library.registry.spaces
        .filter((each) => spaces?.includes(each.id) ?? true)
        .filter((each) => !needs.includes('projected-texts') || hasTexts(each.id))
        .map((each) => ({ method: id, space: each.id })),
)

interface MethodPrediction {
  readonly method: { id: string }
  readonly space: { id: string } | null
  readonly top: readonly { logit: number; contributions: readonly { term: string; value: number }[] }[]
}

const document = `query ($input: PredictInput!) { predict(input: $input) {
  predictions { method { id } space { id } top { logit contributions { term value } } }
} }`

test.each(library.registry.methods.map(({ id }) => [id]))(
  'what the terms of %s add makes the logit of every class in every space',
  async (id) => {
    const choices = everywhere.filter(({ method }) => method === id)
    const terms = library.registry.method(id).terms?.map(({ name }) => name) ?? ['score']
    const { predict } = await server.query<{ predict: { predictions: MethodPrediction[] }[] }>(document, {
      input: { source: { supportSet: supportSet.id }, images, methods: choices, topK: 100 },
    })
    expect(predict.length).toBe(3)
    for (const { predictions } of predict) {
      expect(predictions.map(({ method, space }) => [method.id, space?.id])).toEqual(
        choices.map((choice) => [choice.method, 'space' in choice ? choice.space : undefined]),
      )
      for (const { logit, contributions } of predictions.flatMap(({ top }) => top)) {
        expect(contributions.map(({ term }) => term)).toEqual(terms)
        const sum = contributions.reduce((total, { value }) => total + value, 0)
        expect(Math.abs(sum - logit)).toBeLessThan(1e-4)
      }
    }
  },
)
