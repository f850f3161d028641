import type { OverlapReport } from '../../src/comparisons/overlap.js'
import type { CorrelationPoint, OverlapCorrelation } from '../../src/comparisons/overlap-correlation.js'
import { correlate } from '../../src/evaluation/overlap/correlation.js'
import { summarise } from '../../src/evaluation/statistics/statistic.js'
import type { RunRow } from '../../src/store/runs.js'

/** The measurements on one dataset. */
export interface Studied {
  readonly dataset: string
  readonly overlap: OverlapReport
  readonly runs: readonly RunRow[]
  readonly correlation: OverlapCorrelation
}

interface Plan {
  readonly shots: readonly number[]
  readonly methods: readonly string[]
  /** Those beside the trained adapters'. */
  readonly spaces: readonly string[]
  readonly objectives: readonly string[]
  readonly seeds: readonly number[]
}

/** The study as Markdown: overlap and accuracy by space, and their correlation. */
export const describeStudy = (studied: readonly Studied[], plan: Plan): string =>
  studied
    .flatMap((each) => [
      `### ${each.dataset}`,
      table(each, plan),
      `During the trainings of the first seed (${plan.methods[0]}, ${plan.shots.at(-1)} shots):`,
      wayOf(each, plan),
      'Correlation of reduced overlap with gained accuracy, one point per method, shots and space:',
      correlations(each, plan),
    ])
    .join('\n\n')

/** Rows for several adapters that differ only in the seed. */
function rowsOf({ spaces, objectives, seeds }: Plan): ReadonlyMap<string, readonly string[]> {
  return new Map<string, readonly string[]>([
    ...spaces.map((space) => [space, [space]] as const),
    ...objectives.map((name) => [`trained, ${name}`, seeds.map((seed) => `imo:${name}-${seed}`)] as const),
  ])
}

function table({ overlap, runs }: Studied, plan: Plan): string {
  const columns = plan.methods.flatMap((method) => plan.shots.map((shots) => ({ method, shots })))
  const head = ['space', 'overlap', ...columns.map(({ method, shots }) => `${method} ${shots}`)]
  const lines = [...rowsOf(plan)].map(([label, spaces]) => [
    label,
    interval(
      spaces.map((space) => overlap.spaces.find((each) => each.space === space)?.overlap.value ?? NaN),
      3,
    ),
    ...columns.map(({ method, shots }) =>
      interval(
        runs
          .filter((run) => run.method === method && run.shots === shots && spaces.includes(run.space ?? ''))
          .map(({ result }) => result?.accuracy ?? NaN),
        1,
      ),
    ),
  ])
  return markdown([head, ...lines])
}

/** The mean, with the standard deviation if there are several values. */
function interval(values: readonly number[], digits: number): string {
  const { mean, standardDeviation, n } = summarise(values, null, { scale: 1, isProportion: false })
  const of = (value: number) => value.toFixed(digits)
  return n === 1 ? of(mean) : `${of(mean)} ± ${of(standardDeviation)}`
}

function wayOf({ overlap, runs }: Studied, { methods, shots, objectives, seeds }: Plan): string {
  const lines = objectives.flatMap((objective) =>
    overlap.spaces
      .filter(({ space }) => space.startsWith(`imo:${objective}-${seeds[0]}`))
      .map(({ space, overlap: measured }) => ({ space, value: measured.value, step: stepOf(space) }))
      .sort((a, b) => a.step - b.step)
      .map(({ space, value, step }) => [
        objective,
        Number.isFinite(step) ? String(step) : 'all',
        value.toFixed(4),
        interval(
          runs
            .filter((run) => run.space === space && run.method === methods[0] && run.shots === shots.at(-1))
            .map(({ result }) => result?.accuracy ?? NaN),
          1,
        ),
      ]),
  )
  return markdown([['objective', 'steps', 'overlap', 'accuracy'], ...lines])
}

const stepOf = (space: string): number => Number(/step-(\d+)$/.exec(space)?.[1] ?? Infinity)

function correlations({ correlation }: Studied, { objectives }: Plan): string {
  const groups: Record<string, (point: CorrelationPoint) => boolean> = {
    'all spaces': () => true,
    'trained adapters, also during training': ({ space }) => space.startsWith('imo'),
    'training-free spaces': ({ space }) => !space.startsWith('imo'),
    ...Object.fromEntries(
      objectives.map((name) => [name, ({ space }: CorrelationPoint) => space.startsWith(`imo:${name}-`)]),
    ),
  }
  const lines = Object.entries(groups).map(([label, belongs]) => {
    const points = correlation.points.filter(belongs)
    // The checkpoints of one training are no more independent than its points: they count as one space.
    const found = correlate(
      points.map((point) => ({ ...point, space: point.space.replace(/-step-\d+$/, '') })),
    )
    const told = (which: 'pearson' | 'spearman') => {
      if (typeof found === 'string') return '–'
      const { value, interval } = found[which]
      return interval
        ? `${value.toFixed(2)} (${interval.low.toFixed(2)} to ${interval.high.toFixed(2)})`
        : value.toFixed(2)
    }
    return [label, String(points.length), told('pearson'), told('spearman')]
  })
  return markdown([['points', 'n', "Pearson's r", "Spearman's ρ"], ...lines])
}

function markdown([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}
