import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { constant } from '../../src/training/schedule.js'
import { type TrainOptions, train } from '../../src/training/train.js'
import { temporaryFolder } from '../helpers/folder.js'
import { sharedRuntime } from '../helpers/shared.js'
import { noise, smallObjective } from '../helpers/training.js'

const runtime = sharedRuntime()

type Options = TrainOptions<ReturnType<typeof noise>>
const common = {
  steps: 6,
  rate: constant(0.01),
  optimizer: { weightDecay: 0.01 },
  prepare: async (step: number) => noise(step),
}
async function trained(options: Partial<Options> = {}) {
  const { objective } = await smallObjective(runtime, { dropout: 0.1 })
  const losses = await train({ ...common, objective, ...options })
  return { losses, weights: [...objective.parameters.values()].map(({ data }) => [...data]) }
}
const whole = await trained()

test('training lowers the loss on images that it sees again and again', async () => {
  const { losses } = await trained({ steps: 20, prepare: async () => noise(0) })
  expect(losses.at(-1)).toBeLessThan(0.5 * Number(losses[0]))
})

test('the same seed gives the same weights, bit for bit', async () => {
  expect(await trained()).toEqual(whole)
})

describe('after a stop', () => {
  test('training goes on from the last checkpoint and ends where it would have ended', async () => {
    const checkpoint = {
      file: join(await temporaryFolder(), 'run', 'last.safetensors'),
      fingerprint: 'a',
      every: 2,
    }
    const died = new Error('killed')
    const prepare = async (step: number) => {
      if (step === 5) throw died
      return noise(step)
    }
    await expect(trained({ checkpoint, prepare })).rejects.toBe(died)
    const seen: number[] = []
    const onStep = (done: number) => void seen.push(done)
    expect(await trained({ checkpoint, onStep })).toEqual(whole)
    expect(seen).toEqual([4, 5, 6])
  })

  test('a cancelled run has kept every step that it took', async () => {
    const checkpoint = {
      file: join(await temporaryFolder(), 'last.safetensors'),
      fingerprint: 'a',
      every: 1000,
    }
    const controller = new AbortController()
    const stopping = trained({
      checkpoint,
      signal: controller.signal,
      onStep: (done) => {
        if (done === 3) controller.abort()
      },
    })
    await expect(stopping).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(await trained({ checkpoint })).toEqual(whole)
  })

  test('a checkpoint of another run is not taken up', async () => {
    const file = join(await temporaryFolder(), 'last.safetensors')
    await trained({ checkpoint: { file, fingerprint: 'a', every: 4 }, rate: constant(0.5) })
    expect(await trained({ checkpoint: { file, fingerprint: 'b', every: 4 } })).toEqual(whole)
  })

  test('a damaged checkpoint is named', async () => {
    const file = join(await temporaryFolder(), 'last.safetensors')
    await writeFile(file, 'not tensors')
    const checkpoint = { file, fingerprint: 'a', every: 4 }
    await expect(trained({ checkpoint })).rejects.toMatchObject({ code: 'INVALID_TENSOR_FILE' })
  })
})

test('a loss that is not finite stops the training at its step and leaves the checkpoint before it', async () => {
  const checkpoint = { file: join(await temporaryFolder(), 'last.safetensors'), fingerprint: 'a', every: 2 }
  const poisoned = async (step: number) => {
    const batch = noise(step)
    if (step === 4) batch.pixels.data.fill(Number.NaN as never)
    return batch
  }
  const failing = trained({ checkpoint, prepare: poisoned })
  await expect(failing).rejects.toMatchObject({ code: 'TRAINING_DIVERGED', message: /step 5/ })
  expect(await trained({ checkpoint })).toEqual(whole)
})
