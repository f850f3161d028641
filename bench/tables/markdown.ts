import { type Measured, registry } from './measure.js'
import { sources } from './tasks.js'

const shotCounts = [1, 2, 4, 8, 16]

/** All tables, as Markdown. */
export function tablesOf(measured: readonly Measured[]): string {
  const present = sources.filter(({ name }) => measured.some(({ source }) => source === name))
  return [
    '## Against the Gaussian discriminant',
    duel(measured, { texts: false }),
    duel(measured, { texts: true }),
    ...present.flatMap(({ name, role, seeds }) => {
      const own = measured.filter(({ source }) => source === name)
      const withTexts = own.some(({ texts }) => texts)
      return [
        `## ${name}`,
        `${seeds.length === 1 ? 'One support set' : `Mean over ${seeds.length} seeds`} a shot count; ${role}.`,
        ...(withTexts ? ['With texts, test accuracy in %:', accuracies(own, true)] : []),
        'Images alone, test accuracy in %:',
        accuracies(own, false),
        'Overlap of the test images:',
        overlaps(own),
      ]
    }),
  ].join('\n\n')
}

/** Prototype and Tip-Adapter in `shrunk` less the best that is to be beaten, by data set and shots. */
function duel(measured: readonly Measured[], { texts }: { readonly texts: boolean }): string {
  const contests = [
    ['prototype', 'shrunk', 'gda', 'clip'],
    ['prototype', 'whitened', 'gda', 'clip'],
    ['tip-adapter', 'shrunk', 'gda', 'clip'],
    ['tip-adapter', 'shrunk', 'tip-adapter', 'imo'],
  ] as const
  const rows = contests.flatMap(([method, space, rival, rivalSpace]) =>
    sources.flatMap(({ name, role }) => {
      const differences = shotCounts.map((shots) => {
        const of = (method: string, space: string) =>
          meanOf(measured, { source: name, shots, method, space, texts })
        const [ours, theirs] = [of(method, space), of(rival, rivalSpace)]
        return ours === undefined || theirs === undefined ? undefined : ours - theirs
      })
      if (differences.every((each) => each === undefined)) return []
      const won = differences.filter((each) => each !== undefined && each > 0).length
      const lost = differences.filter((each) => each !== undefined && each < 0).length
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
const signed = (value: number | undefined): string =>
  value === undefined ? '–' : `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`

/** The mean over seeds of what fits; undefined where nothing does. */
function meanOf(measured: readonly Measured[], wanted: Partial<Measured>): number | undefined {
  const fitting = measured.filter((each) =>
    Object.entries(wanted).every(([name, value]) => each[name as keyof Measured] === value),
  )
  if (fitting.length === 0) return undefined
  return fitting.reduce((sum, { value }) => sum + value, 0) / fitting.length
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
