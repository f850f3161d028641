import { expect, test } from 'vitest'
import { formatEvaluation } from '../../src/cli/evaluate-classifier.js'
import { makeDataset } from '../helpers/datasets.js'
import { base64, classNames, picture } from '../helpers/pictures.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const { library } = server
const dataset = await makeDataset(library, 'Evaluated', { SUPPORT_POOL: 5, TEST: 12 })
const supportSet = await library.supportSets.create({
  ...{ dataset: dataset.id, shots: 3, seed: 1, augmentations: 1 },
})
await library.classifiers.create({ name: 'evaluated', supportSet: supportSet.id, method: 'prototype' })

interface Drift {
  readonly measure: string
  readonly own: number
  readonly here: number
  readonly adjustedPValue: number
  readonly hasChanged: boolean
}
interface Evaluation {
  readonly dataset: { readonly id: string }
  readonly images: number
  readonly leftOut: number
  readonly accuracy: { readonly mean: number; readonly low: number; readonly high: number } | null
  readonly confidence: number
  readonly emptySets: number | null
  readonly drift: readonly Drift[]
}
const query = `query ($dataset: ID!, $split: Split, $unlabelled: Boolean!) {
  evaluateClassifier(classifier: "evaluated", dataset: $dataset, split: $split, unlabelled: $unlabelled) {
    dataset { id } images leftOut accuracy { mean low high } confidence emptySets
    drift { measure own here adjustedPValue hasChanged }
  }
}`
const ask = (variables: object) =>
  server.ask<{ evaluateClassifier: Evaluation }>(query, { unlabelled: false, ...variables })
async function evaluate(variables: object): Promise<Evaluation> {
  const { data, errors } = await ask(variables)
  return data?.evaluateClassifier ?? expect.fail(JSON.stringify(errors))
}
const refusal = async (variables: object) => (await ask(variables)).errors?.[0]?.extensions

test('on its own test images a classifier has its own figures, image by image', async () => {
  const found = await evaluate({ dataset: dataset.id })
  const images = await library.store.datasets.images(dataset.id, 'TEST')
  const answers = await library.classifiers.classify({
    ...{ classifier: 'evaluated', topK: 1, images: images.map(({ imageId }) => ({ id: imageId })) },
  })
  const right = answers.filter(({ top }, i) => top[0]?.class.index === images[i]?.classIndex)
  expect(found).toMatchObject({ dataset: { id: dataset.id }, images: images.length, leftOut: 0 })
  expect(found.accuracy?.mean).toBeCloseTo(right.length / images.length, 8)
  expect(found.accuracy?.low).toBeLessThan(found.accuracy?.mean ?? 0)
  expect(found.confidence).toBeCloseTo(
    answers.reduce((sum, { top }) => sum + (top[0]?.probability ?? 0), 0) / images.length,
    5,
  )
  const empty = answers.filter(({ isNoneOfThese }) => isNoneOfThese).length
  expect(found.emptySets).toBeCloseTo(empty / images.length)
  expect(found.drift.map(({ measure }) => measure)).toEqual(['ACCURACY', 'CONFIDENCE', 'EMPTY_SETS'])
  for (const { own, here, adjustedPValue, hasChanged } of found.drift) {
    expect(here).toBeCloseTo(own, 5)
    expect(adjustedPValue).toBeCloseTo(1, 6)
    expect(hasChanged).toBe(false)
  }
})

test('images that it has learned from are left out, and counted', async () => {
  const found = await evaluate({ dataset: dataset.id, split: 'SUPPORT_POOL' })
  expect(found).toMatchObject({ images: 2 * classNames.length, leftOut: 3 * classNames.length })
})

test('wrong labels are told as a change of accuracy, and not of confidence', async () => {
  const wrong = await library.datasets.create({
    name: 'Evaluated with wrong labels',
    classes: classNames.map((name) => ({ name })),
  })
  const images = await library.store.datasets.images(dataset.id, 'TEST')
  await library.datasets.addImages({
    dataset: wrong.id,
    images: images.map(({ imageId, classIndex }) => ({
      image: { id: imageId },
      class: classNames[(classIndex + 1) % classNames.length] ?? '',
      split: 'TEST',
    })),
  })
  const { drift } = await evaluate({ dataset: wrong.id })
  expect(drift.map(({ hasChanged }) => hasChanged)).toEqual([true, false, false])
  const text = formatEvaluation(await library.classifiers.evaluate('evaluated', { dataset: wrong.id }))
  expect(text).toMatch(/^Accuracy: changed/m)
  expect(text).toMatch(/^Confidence: no more change than chance/m)
})

test('images without a label have a distribution and no accuracy', async () => {
  const bare = await library.datasets.create({ name: 'Evaluated bare', classes: [{ name: 'anything' }] })
  const images = await Promise.all([0, 1, 2, 0].map((c, i) => base64(picture(c, 8800 + i))))
  await library.datasets.addUnlabelled({ dataset: bare.id, images: images.map((data) => ({ base64: data })) })
  const found = await evaluate({ dataset: bare.id, unlabelled: true })
  expect(found).toMatchObject({ images: 4, accuracy: null })
  expect(found.drift.map(({ measure }) => measure)).toEqual(['CONFIDENCE', 'EMPTY_SETS'])
  expect(await refusal({ dataset: bare.id })).toMatchObject({ code: 'CLASSES_DIFFER', argument: 'dataset' })
})

test('what cannot be measured is told with the argument at fault', async () => {
  expect(await refusal({ dataset: 'none' })).toMatchObject({ code: 'UNKNOWN_DATASET', argument: 'dataset' })
  expect(await refusal({ dataset: dataset.id, split: 'VALIDATION' })).toMatchObject({
    code: 'INVALID_VALUE',
    argument: 'split',
  })
  expect(await refusal({ dataset: dataset.id, unlabelled: true })).toMatchObject({
    code: 'INVALID_VALUE',
    argument: 'unlabelled',
  })
  expect(await refusal({ dataset: dataset.id, split: 'TEST', unlabelled: true })).toMatchObject({
    code: 'INVALID_VALUE',
    argument: 'split',
  })
})
