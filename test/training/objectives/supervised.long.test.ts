import { describe, expect, test } from 'vitest'
import { seeded } from '../../../src/system/random.js'
import { sharedRuntime } from '../../helpers/shared.js'
import { batch, classes, direction, noise, smallObjective } from '../../helpers/training.js'

const runtime = sharedRuntime()

describe('the gradient on the embedded encoder', async () => {
  const { objective } = await smallObjective(runtime, { dropout: 0.1 })
  // Away from the start, where `up` is zero and half of the gradients with it.
  const random = seeded('away from the start')
  for (const { data } of objective.parameters.values()) {
    for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) + 0.2 * (random.next() - 0.5)
  }
  const { gradientOf } = await objective.evaluate(noise(0), 0)
  const gradients = new Map([...objective.parameters.keys()].map((name) => [name, gradientOf(name).slice()]))

  test.each([...objective.parameters.keys()])('by %s equals central differences', async (name) => {
    const parameter = objective.parameters.get(name)
    const gradient = gradients.get(name)
    if (parameter === undefined || gradient === undefined) throw new Error('no such parameter')
    const start = parameter.data.slice()
    const lossAt = async (along: Float32Array, by: number): Promise<number> => {
      parameter.data.set(start.map((value, i) => value + by * (along[i] as number)))
      const { loss } = await objective.evaluate(noise(0), 0)
      parameter.data.set(start)
      return loss
    }
    const length = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0))
    expect(length).toBeGreaterThan(0)
    // Along the gradient, where float32 has most to show, and one random way.
    for (const along of [gradient.map((value) => value / length), direction(random, start.length)]) {
      // Small, since relu has kinks; not smaller, since the loss has seven digits.
      const step = 2e-3
      const slope = ((await lossAt(along, step)) - (await lossAt(along, -step))) / (2 * step)
      const expected = along.reduce((sum, value, i) => sum + value * (gradient[i] as number), 0)
      expect(Math.abs(slope - expected)).toBeLessThan(2e-2 * length + 2e-4)
    }
  })
})

test('at the start the loss is that of the encoder itself, whatever the adapters', async () => {
  const losses = await Promise.all(
    [1, 2].map(async (seed) => {
      const { objective } = await smallObjective(runtime, { seed })
      const head = objective.parameters.get('head.weight')
      head?.data.fill(0)
      return (await objective.evaluate(noise(1), 0)).loss
    }),
  )
  // A head of zeros gives every class the same probability.
  for (const loss of losses) expect(loss).toBeCloseTo(Math.log(classes), 5)
})

test('dropout changes from step to step, and is the same for the same step and seed', async () => {
  const { objective, tower } = await smallObjective(runtime, { dropout: 0.5 })
  // Not the same for every channel: layer normalisation would take that away again, and the dropout with it.
  for (const name of tower.parameters.keys()) {
    if (!name.endsWith('up.weight')) continue
    const up = objective.parameters.get(name)?.data
    for (const i of up?.keys() ?? []) up?.set([0.1 * Math.sin(i)], i)
  }
  const lossOf = async (step: number) => (await objective.evaluate(noise(2), step)).loss
  const first = await lossOf(0)
  expect(await lossOf(0)).toBe(first)
  expect(await lossOf(1)).not.toBe(first)
  expect(noise(2).labels).toHaveLength(batch)
})
