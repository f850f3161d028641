import { setTimeout } from 'node:timers/promises'

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

/** A row of milliseconds beside a baseline's: how many times as fast ours is, */
export const against = (quantity: string, ours: number, baseline: number): Row => ({
  quantity,
  ours: ms(ours),
  baseline: ms(baseline),
  ratio: `${(baseline / ours).toFixed(3)}× as fast`,
})

/** and how many times its time ours takes. */
export const cost = (quantity: string, ours: number, baseline: number): Row => ({
  quantity,
  ours: ms(ours),
  baseline: ms(baseline),
  ratio: `${(ours / baseline).toFixed(3)}× its time`,
})

const restMs = 300

/**
 * The median milliseconds of each, in turns, so that a machine that drifts is the same for all; the first turn does not
 * count. Before each turn is a rest: threads of whoever went before, PyTorch's above all, go on spinning for a while on the
 * cores of whoever comes next.
 */
export async function inTurns(
  contestants: Readonly<Record<string, () => Promise<number>>>,
  turns: number,
): Promise<Partial<Record<string, number>>> {
  const measured = new Map<string, number[]>(Object.keys(contestants).map((name) => [name, []]))
  for (let turn = 0; turn <= turns; turn++) {
    for (const [name, work] of Object.entries(contestants)) {
      await setTimeout(restMs)
      const taken = await work()
      if (turn > 0) measured.get(name)?.push(taken)
    }
  }
  return Object.fromEntries([...measured].map(([name, taken]) => [name, median(taken)]))
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
