import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { adamW, noMoments } from '../../src/training/adam-w.js'

const golden = z
  .object({
    start: z.array(z.number()),
    gradients: z.array(z.array(z.number())),
    runs: z.array(
      z.object({ rate: z.number(), weightDecay: z.number(), trajectory: z.array(z.array(z.number())) }),
    ),
  })
  .parse(JSON.parse(await readFile(new URL('../golden/adam-w.json', import.meta.url), 'utf8')))

test.each(golden.runs)(
  'AdamW takes the steps that PyTorch takes, rate $rate, weight decay $weightDecay',
  ({ rate, weightDecay, trajectory }) => {
    const data = Float32Array.from(golden.start)
    const parameters = new Map([['p', { shape: [data.length], data }]])
    const moments = noMoments(parameters)
    for (const [step, expected] of trajectory.entries()) {
      const gradient = Float32Array.from(golden.gradients[step] ?? [])
      adamW(parameters, () => gradient, moments, rate, { weightDecay })
      for (const [i, value] of expected.entries()) expect(data[i]).toBeCloseTo(value, 6)
    }
  },
)
