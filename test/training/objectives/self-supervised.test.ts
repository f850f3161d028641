import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { interpolateSquare } from '../../../src/training/interpolate.js'
import { sharedRuntime } from '../../helpers/shared.js'
import { smallDistillation } from '../../helpers/training.js'

const numbers = z.array(z.number())
/** What PyTorch computes (tools/parity/self_supervised.py). */
const golden = z
  .object({
    loss: z.number(),
    gradients: z.record(z.string(), z.object({ norm: z.number(), first: numbers })),
    meanAnswer: numbers,
    tables: z.array(
      z.object({ from: z.number(), to: z.number(), width: z.number(), table: numbers, expected: numbers }),
    ),
  })
  .parse(JSON.parse(await readFile(new URL('../../golden/self-supervised.json', import.meta.url), 'utf8')))

const runtime = sharedRuntime()

test.each(golden.tables)('position embeddings of $from² patches become $to² as in PyTorch', (given) => {
  const resized = interpolateSquare(Float32Array.from(given.table), given.from, given.to, given.width)
  expect(resized).toHaveLength(given.expected.length)
  for (const [i, value] of given.expected.entries()) expect(resized[i]).toBeCloseTo(value, 5)
})

describe('self-distillation on the embedded encoder', async () => {
  const { objective, batch } = await smallDistillation(runtime)
  const { loss, gradientOf } = await objective.evaluate(batch, 5)

  test('has the loss that PyTorch has', () => {
    expect(loss).toBeCloseTo(golden.loss, 4)
  })

  test.each(Object.entries(golden.gradients))('has the gradient by %s that PyTorch has', (name, expected) => {
    const gradient = gradientOf(name)
    const norm = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0))
    expect(Math.abs(norm - expected.norm)).toBeLessThan(1e-3 * expected.norm)
    for (const [i, value] of expected.first.entries()) {
      expect(Math.abs((gradient[i] as number) - value)).toBeLessThan(1e-3 * expected.norm)
    }
  })

  test('the last layer does not move while it is frozen', async () => {
    const frozen = await objective.evaluate(batch, 0)
    expect(frozen.gradientOf('head.prototypes.weight').every((value) => value === 0)).toBe(true)
    expect(frozen.gradientOf('head.0.weight').some((value) => value !== 0)).toBe(true)
  })

  test('after a step the teacher has moved a tenth of the way to the student, the centre to the answers', () => {
    const name = 'shotboard.adapter.0.down.weight'
    const [student, teacher] = [
      objective.parameters.get(name)?.data,
      objective.state.get(`teacher ${name}`)?.data,
    ]
    const before = { teacher: teacher?.slice(), centre: objective.state.get('centre')?.data.slice() }
    objective.afterStep(5)
    expect(teacher?.[7]).toBeCloseTo(0.9 * Number(before.teacher?.[7]) + 0.1 * Number(student?.[7]), 6)
    for (const [k, answer] of golden.meanAnswer.entries()) {
      const expected = 0.9 * Number(before.centre?.[k]) + 0.1 * answer
      expect(objective.state.get('centre')?.data[k]).toBeCloseTo(expected, 4)
    }
    expect(objective.result().get(name)).toBe(objective.state.get(`teacher ${name}`))
  })
})
