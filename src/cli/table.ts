import Table from 'cli-table3'
import type { ClassSizes, Statistic } from '../library/index.js'

/** The result of a method in a space at a number of shots. */
export interface TableRow {
  /** The encoder; given if there are several. */
  readonly encoder?: string
  readonly method: string
  /** The name of the method. */
  readonly name: string
  /** Null if the method does not compare images. */
  readonly space: string | null
  readonly shots: number
  /** How many images a class had. */
  readonly perClass?: ClassSizes
  readonly accuracy: Pick<Statistic, 'mean' | 'low' | 'high' | 'n'>
  /** Null where no labelled image could be left out to fit prediction sets. */
  readonly sets?: TableSets | null
}

/** A mean with its interval. */
export type Shown = Pick<Statistic, 'mean' | 'low' | 'high'>

/** What prediction sets were worth. Shares are in percent. */
export interface TableSets {
  /** From 0 to 1. */
  readonly promised: number
  readonly coverage: Shown
  readonly size: Shown
  readonly empty: Shown
  readonly unknown: {
    readonly images: number
    readonly turnedAway: Shown
    readonly areaUnderRoc: number | null
  } | null
}

/**
 * Formats a comparison for a terminal: one line per method, one column per number of shots, accuracy with
 * its 95 % interval. Below it, how many images a class had where classes differ.
 */
export function formatComparison(rows: readonly TableRow[]): string {
  const shots = [...new Set(rows.map((row) => row.shots))].sort((a, b) => a - b)
  const lines = [
    ...new Map(rows.map((row) => [JSON.stringify([row.encoder, row.method, row.space]), row])).values(),
  ]
  const several = new Set(rows.map(({ encoder }) => encoder)).size > 1
  const best = new Map(
    shots.map((k) => [
      k,
      Math.max(...rows.filter((row) => row.shots === k).map(({ accuracy }) => accuracy.mean)),
    ]),
  )
  const table = new Table({
    head: [
      ...(several ? ['encoder'] : []),
      'method',
      'space',
      ...shots.map((k) => `${k} shot${k === 1 ? '' : 's'}`),
    ],
    colAligns: [...(several ? ['left' as const] : []), 'left', 'left', ...shots.map(() => 'right' as const)],
    style: { head: [], border: [] },
  })
  for (const { encoder, method, name, space } of lines) {
    table.push([
      ...(several ? [encoder ?? '–'] : []),
      name,
      space ?? '–',
      ...shots.map((k) => {
        const row = rows.find(
          (each) =>
            each.encoder === encoder && each.method === method && each.space === space && each.shots === k,
        )
        if (!row) return ''
        const { mean, low, high } = row.accuracy
        return `${mean === best.get(k) ? '* ' : ''}${mean.toFixed(1)} (${low.toFixed(1)}–${high.toFixed(1)})`
      }),
    ])
  }
  const n = rows[0]?.accuracy.n ?? 0
  const over =
    n > 1
      ? `mean over ${n} support sets, with its 95 % interval over images and support sets`
      : 'with its 95 % interval over images, for this support set'
  const text = [table.toString(), `Test accuracy in %, ${over}; * marks the best.`, ...unevenClasses(rows)]
  return text.join('\n')
}

/** A line for every number of shots at which classes had different numbers of images. */
function unevenClasses(rows: readonly TableRow[]): string[] {
  const byShots = new Map(rows.map(({ shots, perClass }) => [shots, perClass]))
  return [...byShots]
    .sort(([a], [b]) => a - b)
    .flatMap(([shots, perClass]) => {
      if (!perClass || perClass.least === perClass.most) return []
      const { least, mean, most } = perClass
      return [
        `At ${shots} shot${shots === 1 ? '' : 's'}, a class had ${least} to ${most} images, ${mean.toFixed(1)} on average.`,
      ]
    })
}
