import { setTimeout } from 'node:timers/promises'
import { mcnemar } from '../src/evaluation/statistics/mcnemar.js'

/** A row of the table. */
export interface Row {
  readonly quantity: string
  /** The value with its unit. */
  readonly ours: string
  readonly baseline?: string
  /** Ours relative to the baseline, with words if a number is not clear. */
  readonly ratio?: string
}

/** A benchmark. It runs in its own process. */
export interface Benchmark {
  readonly name: string
  run(): Promise<readonly Row[]>
}

/** The median milliseconds of several runs, after one warm-up run. */
export async function medianMs(runs: number, work: () => Promise<unknown>): Promise<number> {
  await work()
  const taken: number[] = []
  for (let i = 0; i < runs; i++) taken.push(await onceMs(work))
  return median(taken)
}

export async function onceMs(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

export const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ms`
export const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`
export const times = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)}×`

/** The peak resident memory of this process. */
export const peakMemory = (): string => `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`

/**
 * The speed of ours relative to the baseline, measured in turns: the median of the ratios per turn, which does not
 * depend on drift of the machine, with a 95 % interval of the median.
 */
export const against = (quantity: string, ours: readonly number[], baseline: readonly number[]): Row => ({
  quantity,
  ours: ms(median(ours)),
  baseline: ms(median(baseline)),
  ratio: `${withInterval(ratios(baseline, ours))} as fast`,
})

/** Like `against`, but with the ratio of times instead of speeds. */
export const cost = (quantity: string, ours: readonly number[], baseline: readonly number[]): Row => ({
  quantity,
  ours: ms(median(ours)),
  baseline: ms(median(baseline)),
  ratio: `${withInterval(ratios(ours, baseline))} its time`,
})

const ratios = (a: readonly number[], b: readonly number[]): number[] =>
  a.map((value, turn) => value / (b[turn] ?? Number.NaN))

/**
 * The interval is between two of the sorted values. It leaves out as many values at each end as a 5 % error
 * probability allows. Fewer than six values have no interval.
 */
function withInterval(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  let outside = 0
  while (mcnemar(outside, sorted.length - outside) <= 0.05) outside += 1
  const [low, high] = [sorted[outside - 1], sorted[sorted.length - outside]]
  const interval = low === undefined || high === undefined ? '' : ` (${low.toFixed(3)}–${high.toFixed(3)})`
  return `${median(sorted).toFixed(3)}×${interval}`
}

const restMs = 300

/**
 * The milliseconds of each contestant per turn, in alternating order; the first turn is a warm-up. There is a pause
 * before each, because threads of the previous contestant (PyTorch's above all) keep spinning on the cores for a
 * while.
 */
export async function inTurns(
  contestants: Readonly<Record<string, () => Promise<number>>>,
  turns: number,
): Promise<Partial<Record<string, readonly number[]>>> {
  const order = Object.entries(contestants)
  const measured = new Map<string, number[]>(order.map(([name]) => [name, []]))
  for (let turn = 0; turn <= turns; turn++) {
    for (const [name, work] of turn % 2 === 0 ? order : order.toReversed()) {
      await setTimeout(restMs)
      const taken = await work()
      if (turn > 0) measured.get(name)?.push(taken)
    }
  }
  return Object.fromEntries(measured)
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
