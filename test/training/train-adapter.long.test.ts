import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readModelFolder } from '../../src/encoders/model-folder.js'
import { loadViews } from '../../src/images/workers/random-views.js'
import { parseTrainingSettings, type TrainingSettingsInput } from '../../src/training/settings.js'
import { type TrainingImage, trainAdapter } from '../../src/training/train-adapter.js'
import { sharedRuntime } from '../helpers/shared.js'

const runtime = sharedRuntime()

const root = new URL('../../', import.meta.url).pathname
const model = await readModelFolder(join(root, 'models/mini-clip'))
const pool = join(root, 'demo/fashion-mnist/support_pool')

/** Some images of two classes of the demo. */
async function demoImages(perClass: number): Promise<TrainingImage[]> {
  const classes = (await readdir(pool)).toSorted().slice(0, 2)
  const lists = await Promise.all(
    classes.map(async (name, classIndex) => {
      const files = (await readdir(join(pool, name))).toSorted().slice(0, perClass)
      return files.map((file) => ({ id: file, classIndex, read: () => readFile(join(pool, name, file)) }))
    }),
  )
  return lists.flat()
}
const images = await demoImages(6)
const small = { batch: 4, bottleneck: 4, scale: 0.5, rate: 0.01 }
const quick = { ...small, epochs: 1, localCrops: 2, prototypes: 16 }
const run = (settings: TrainingSettingsInput, of: readonly TrainingImage[] = images) =>
  trainAdapter(runtime, {
    ...{ model, images: of, classes: 2, settings: parseTrainingSettings(settings) },
    imageWorkers: { views: loadViews },
  })

describe.each(['supervised', 'self-supervised'] as const)('%s', (objective) => {
  const first = run({ objective, ...quick })

  test('gives an adapter for every block, and a loss for every step', async () => {
    const { adapter, losses } = await first
    expect(losses).toHaveLength(3)
    expect(adapter).toMatchObject({ bottleneck: 4, width: 192, scale: 0.5 })
    expect(adapter.blocks).toHaveLength(6)
    const moved = adapter.blocks.every(({ up }) => up.weight.data.some((value) => value !== 0))
    expect(moved).toBe(true)
  })

  test('gives the same adapter for the same seed, and another for another', async () => {
    expect(await run({ objective, ...quick })).toEqual(await first)
    expect((await run({ objective, ...quick, seed: 2 })).adapter).not.toEqual((await first).adapter)
  })
})

test('pixels that are not normalised make another adapter', async () => {
  const settings = { objective: 'supervised', ...quick } as const
  const [normalised, raw] = [await run(settings), await run({ ...settings, normalise: false })]
  expect(raw.losses[0]).not.toBeCloseTo(Number(normalised.losses[0]), 3)
})

test('what cannot be trained on is refused before any work', async () => {
  const one = images.filter(({ classIndex }) => classIndex === 0)
  await expect(run({ objective: 'supervised', ...quick }, one)).rejects.toMatchObject({
    code: 'TRAINING_IMAGES',
    message: /needs at least two classes/,
  })
  await expect(run({ objective: 'self-supervised', ...quick, batch: 13 })).rejects.toMatchObject({
    code: 'TRAINING_IMAGES',
    message: /a batch has 13 images, but there are only 12/,
  })
})

test.each([
  ['bottleneck', 0],
  ['bottleneck', 1.5],
  ['scale', 0],
  ['scale', Number.NaN],
  ['epochs', 0],
  ['batch', 1],
  ['rate', -1],
  ['dropout', 1],
  ['teacherMomentum', 1],
  ['localSize', 0],
])('%s %d is out of range', (argument, value) => {
  expect(() => parseTrainingSettings({ objective: 'supervised', [argument]: value })).toThrow(
    expect.objectContaining({ code: 'INVALID_VALUE', argument }),
  )
})
