import { setTimeout } from 'node:timers/promises'
import { mcnemar } from '../src/evaluation/statistics.js'

/** One line of the table. */
export interface Row {
  readonly quantity: string
  /** With its unit. */
  readonly ours: string
  readonly baseline?: string
  /** Ours in terms of the baseline, said in words where "1.0" would not be clear. */
  readonly ratio?: string
}

/** A thing that is measured, in a process of its own. */
export interface Benchmark {
  readonly name: string
  run(): Promise<readonly Row[]>
}

/** Milliseconds of the median of several runs, after one that does not count. */
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

/** The most memory that this process has had resident so far. */
export const peakMemory = (): string => `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`

/**
 * Both took turns: how many times as fast ours is, as the median of the turns' own ratios, which a machine that drifts from
 * turn to turn leaves alone, and the interval that holds the true median in 95 of 100 cases.
 */
export const against = (quantity: string, ours: readonly number[], baseline: readonly number[]): Row => ({
  quantity,
  ours: ms(median(ours)),
  baseline: ms(median(baseline)),
  ratio: `${withInterval(ratios(baseline, ours))} as fast`,
})

/** And how many times its time ours takes. */
export const cost = (quantity: string, ours: readonly number[], baseline: readonly number[]): Row => ({
  quantity,
  ours: ms(median(ours)),
  baseline: ms(median(baseline)),
  ratio: `${withInterval(ratios(ours, baseline))} its time`,
})

const ratios = (a: readonly number[], b: readonly number[]): number[] =>
  a.map((value, turn) => value / (b[turn] ?? Number.NaN))

/**
 * The interval lies between two of the values in order: as many are left out at each end as lie there with a probability of
 * 5% at most. Fewer than six values have none.
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
 * The milliseconds of each, turn by turn, in one order and then in the other; the first turn does not count. Before each is a
 * rest: threads of whoever went before, PyTorch's above all, go on spinning for a while on the cores of whoever comes next.
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
