import { describe, expect, test } from 'vitest'
import type { KlScaling, Selection } from '../../src/evaluation/protocol.js'
import { meanOf } from '../../src/evaluation/statistics/moments.js'
import { makeDataset } from '../helpers/datasets.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const { library } = server
const dataset = await makeDataset(library, 'Predicted as compared', {
  SUPPORT_POOL: 4,
  VALIDATION: 2,
  TEST: 4,
})
const testImages = await library.store.datasets.images(dataset.id, 'TEST')
const methods = [
  { method: 'zero-shot' },
  { method: 'tip-x', space: 'clip' },
  { method: 'prototype', space: 'shrunk' },
  { method: 'gda', space: 'clip' },
]

async function compare(selection: Selection, klScaling: KlScaling, augmentations: number) {
  const { id } = await library.comparisons.compare({
    ...{ dataset: dataset.id, shots: [2, 4], seeds: [7, 3], methods },
    ...{ selection, klScaling, augmentations },
  })
  await library.comparisons.ended(id)
  return { id, runs: await library.store.comparisons.runs(id) }
}

interface Prediction {
  readonly method: { id: string }
  readonly space: { id: string } | null
  readonly encoder: { id: string }
  readonly temperature: number
  readonly hyperparameters: readonly { name: string; value: number }[]
  readonly top: readonly { class: { index: number }; probability: number; logit: number }[]
}

const document = `query ($input: PredictInput!) { predict(input: $input) {
  inSupportSet
  predictions {
    method { id } space { id } encoder { id } temperature hyperparameters { name value }
    top { class { index } probability logit }
  }
} }`

const ask = async (input: object) =>
  (
    await server.query<{ predict: { inSupportSet: boolean; predictions: Prediction[] }[] }>(document, {
      input: { images: testImages.map(({ imageId }) => ({ id: imageId })), ...input },
    })
  ).predict

/** The standard deviation of the logits of all classes. */
function spreadOf(top: Prediction['top']): number {
  const mean = meanOf(top.map(({ logit }) => logit))
  return Math.sqrt(meanOf(top.map(({ logit }) => (logit - mean) ** 2)))
}

const code = async (input: object) => {
  const images = [{ id: testImages[0]?.imageId }]
  return (await server.ask(document, { input: { images, ...input } })).errors?.[0]?.extensions
}

describe.each([
  ['LEAVE_ONE_OUT', 'FROZEN', 1],
  ['VALIDATION', 'FROZEN', 1],
  ['VALIDATION', 'BATCH', 1],
  ['NONE', 'FROZEN', 3],
] as const)('by %s with %s ranges and %d views', (selection, klScaling, augmentations) => {
  test('every answer on a test image is the one that the comparison measured', async () => {
    const { id, runs } = await compare(selection, klScaling, augmentations)
    for (const [shots, seed] of [
      [2, 3],
      [4, 7],
    ] as const) {
      const answers = await ask({ source: { comparison: id }, shots, seed })
      const own = runs.filter((run) => run.shots === shots && run.seed === seed)
      expect(own.length).toBe(methods.length)
      for (const [m, run] of own.entries()) {
        const measured = await library.runResults.read(run.id)
        const predictions = answers.map(({ predictions: all }) => all[m] as Prediction)
        expect(predictions[0]?.method.id).toBe(run.method)
        expect(predictions[0]?.space?.id ?? null).toBe(run.space)
        expect(predictions.map(({ top }) => top[0]?.class.index)).toEqual([...measured.predicted])
        const [first] = predictions as [Prediction]
        const typicalOfFirst = (run.result?.temperature ?? Number.NaN) * Math.sqrt(spreadOf(first.top))
        for (const [i, { top, temperature, hyperparameters }] of predictions.entries()) {
          expect(top[0]?.probability).toBeCloseTo(measured.confidence?.[i] ?? Number.NaN, 5)
          // The run's is that of an image with a typical spread of logits.
          const typical = (run.result?.temperature ?? Number.NaN) * Math.sqrt(spreadOf(top))
          expect(temperature / typical / (first.temperature / typicalOfFirst)).toBeCloseTo(1, 4)
          const values = Object.fromEntries(hyperparameters.map(({ name, value }) => [name, value]))
          expect(values).toEqual(run.result?.hyperparameters)
        }
      }
    }
  })
})

describe('a comparison', async () => {
  const { id } = await compare('NONE', 'FROZEN', 1)

  test('answers with its most shots and its first seed by default, and with all its methods', async () => {
    const byDefault = await ask({ source: { comparison: id } })
    expect(byDefault).toEqual(await ask({ source: { comparison: id }, shots: 4, seed: 7 }))
    expect(byDefault[0]?.predictions.length).toBe(methods.length)
    expect(byDefault[0]?.inSupportSet).toBe(false)
  })

  test('answers with some of its methods where they are asked for', async () => {
    const [answer] = await ask({
      source: { comparison: id },
      methods: [{ method: 'GDA' }, { method: 'zero-shot' }],
    })
    expect(answer?.predictions.map(({ method }) => method.id)).toEqual(['gda', 'zero-shot'])
  })

  test.each([
    [
      { source: { comparison: '00000000-0000-4000-8000-000000000000' } },
      'UNKNOWN_COMPARISON',
      'input.source.comparison',
    ],
    [{ source: { comparison: id }, shots: 3 }, 'INVALID_VALUE', 'input.shots'],
    [{ source: { comparison: id }, seed: 1 }, 'INVALID_VALUE', 'input.seed'],
    [{ source: { comparison: id }, selection: 'NONE' }, 'INVALID_VALUE', 'input.selection'],
    [
      { source: { comparison: id }, methods: [{ method: 'tip-adapter' }] },
      'INVALID_VALUE',
      'input.methods[0]',
    ],
    [
      {
        source: { comparison: id },
        methods: [{ method: 'gda', hyperparameters: [{ name: 'alpha', value: 1 }] }],
      },
      'INVALID_VALUE',
      'input.methods[0].hyperparameters',
    ],
  ])('refuses %j', async (input, expected, argument) => {
    expect(await code(input)).toMatchObject({ code: expected, argument })
  })

  test('whose prompts have changed since refuses to answer', async () => {
    const [first] = await library.datasets.classes(dataset.id)
    await library.datasets.setPrompts({
      dataset: dataset.id,
      classes: [{ name: first?.name ?? '', prompts: ['a picture of something else.'] }],
    })
    expect(await code({ source: { comparison: id } })).toMatchObject({ code: 'CONTENTS_CHANGED' })
  })
})
