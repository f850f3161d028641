import { type Statistic, summarise } from '../../src/evaluation/statistics/statistic.js'
import { contests, type Measured, registry, seedsOfAll } from './measure.js'
import type { Source } from './tasks.js'

const shotCounts = [1, 2, 4, 8, 16]

/** All tables, as Markdown. */
export function tablesOf(measured: readonly Measured[], sources: readonly Source[]): string {
  const present = sources.filter(({ name }) => measured.some(({ source }) => source === name))
  return [
    '## Against the Gaussian discriminant',
    duel(measured, present, { texts: false }),
    duel(measured, present, { texts: true }),
    ...present.flatMap(({ name, role, seeds }) => {
      const own = measured.filter(({ source, seed }) => source === name && seed <= seedsOfAll)
      const withTexts = own.some(({ texts }) => texts)
      return [
        `## ${name}`,
        `${seeds.length === 1 ? 'One support set' : `Mean over ${seedsOfAll} support sets`} per shot count; ${role}.`,
        ...(withTexts ? ['With texts, test accuracy in %:', accuracies(own, true)] : []),
        'Images alone, test accuracy in %:',
        accuracies(own, false),
        'Overlap of the test images:',
        overlaps(own),
      ]
    }),
  ].join('\n\n')
}

/**
 * Accuracy of Prototype and Tip-Adapter in `shrunk` minus their best rival's, by data set and shots; with the
 * standard error over support sets if there are several.
 */
function duel(
  measured: readonly Measured[],
  sources: readonly Source[],
  { texts }: { readonly texts: boolean },
): string {
  const rows = contests.flatMap(([method, space, rival, rivalSpace]) =>
    sources.flatMap(({ name, role, seeds }) => {
      const differences = shotCounts.map((shots) => {
        const of = (method: string, space: string, seed: number) =>
          meanOf(measured, { source: name, shots, method, space, texts, seed })
        const each = seeds.flatMap((seed) => {
          const [ours, theirs] = [of(method, space, seed), of(rival, rivalSpace, seed)]
          return ours === undefined || theirs === undefined ? [] : [ours - theirs]
        })
        return each.length > 0 ? summarise(each, null, { scale: 1, isProportion: false }) : undefined
      })
      if (differences.every((each) => each === undefined)) return []
      const won = differences.filter((each) => each !== undefined && each.mean > 0).length
      const lost = differences.filter((each) => each !== undefined && each.mean < 0).length
      const title = `${method} in ${space} over ${rival} in ${rivalSpace}`
      return [[title, name, role, ...differences.map(signed), `${won} : ${lost}`]]
    }),
  )
  const head = [
    texts ? 'with texts' : 'images alone',
    'data set',
    'used for',
    ...shotCounts.map(String),
    'won : lost',
  ]
  return table(head, rows)
}

function accuracies(own: readonly Measured[], texts: boolean): string {
  const lines = [...new Set(own.filter((each) => each.method !== null && each.texts === texts).map(lineOf))]
  const rows = lines.map((line): [string, string | null, (number | undefined)[]] => {
    const [method, space] = JSON.parse(line)
    return [method, space, shotCounts.map((shots) => meanOf(own, { shots, method, space, texts }))]
  })
  const best = shotCounts.map((_, k) => Math.max(...rows.map(([, , values]) => values[k] ?? 0).map(rounded)))
  return table(
    ['method', 'space', ...shotCounts.map(String)],
    rows.map(([method, space, values]) => [
      registry.method(method).name,
      space ?? '–',
      ...values.map((value, k) => {
        const text = value?.toFixed(1) ?? '–'
        return value !== undefined && rounded(value) === best[k] ? `**${text}**` : text
      }),
    ]),
  )
}

function overlaps(own: readonly Measured[]): string {
  const spaces = [...new Set(own.filter(({ method }) => method === null).map(({ space }) => space))]
  return table(
    ['space', ...shotCounts.map(String)],
    spaces.map((space) => [
      space ?? '–',
      ...shotCounts.map((shots) => meanOf(own, { shots, method: null, space })?.toFixed(3) ?? '–'),
    ]),
  )
}

const lineOf = ({ method, space }: Measured): string => JSON.stringify([method, space])
const rounded = (value: number): number => Math.round(10 * value) / 10

function signed(difference: Statistic | undefined): string {
  if (difference === undefined) return '–'
  const { mean, standardDeviation, n } = difference
  const text = `${mean < 0 ? '−' : '+'}${Math.abs(mean).toFixed(1)}`
  return n === 1 ? text : `${text} ± ${(standardDeviation / Math.sqrt(n)).toFixed(1)}`
}

/** The mean over seeds of the matching measurements; undefined if there are none. */
function meanOf(measured: readonly Measured[], wanted: Partial<Measured>): number | undefined {
  const fitting = measured.filter((each) =>
    Object.entries(wanted).every(([name, value]) => each[name as keyof Measured] === value),
  )
  if (fitting.length === 0) return undefined
  return fitting.reduce((sum, { value }) => sum + value, 0) / fitting.length
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
