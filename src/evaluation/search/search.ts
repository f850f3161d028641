import { breather } from '../../breathe.js'
import type { Batch } from '../../cache/batch.js'
import { errors } from '../../errors.js'
import type { Method, ScoredMethod, SumMethod, Term, Values } from '../../methods/contract.js'
import type { TermRanges } from '../../methods/score.js'
import type { Matrix } from '../../tensor/matrix.js'
import { argmax } from '../metrics.js'
import { type Axis, combinations, type Grid, valuesAt } from './grid.js'
import { addInterval } from './intervals.js'

/** Images to select on: batches, and per image of all batches in turn its class, or −1 where it has no say. */
export interface SelectionData {
  readonly batches: Iterable<Batch> | AsyncIterable<Batch>
  readonly labels: Int32Array
}

export interface SearchResult {
  readonly values: Values
  /** How many images the values classify right. */
  readonly correct: number
}

/**
 * The values of a grid that classify most images right; among equals the first in the grid's order. Exact: for a sum of
 * terms by the interval argument along the longest weight axis, for other methods by scoring every point.
 * Throws CANCELLED.
 */
export async function search(options: {
  readonly method: Method
  readonly grid: Grid
  readonly data: SelectionData
  readonly ranges: TermRanges
  readonly signal?: AbortSignal
}): Promise<SearchResult> {
  const { method, grid, data, ranges, signal } = options
  const counts = new Int32Array(grid.points)
  let from = 0
  for await (const batch of data.batches) {
    const labels = data.labels.subarray(from, from + batch.rows)
    from += batch.rows
    if (method.terms) await countByIntervals({ method, grid, batch, labels, ranges, counts, signal })
    else await countByScoring({ method, grid, batch, labels, counts, signal })
  }
  if (method.terms) await integrate(counts, grid, innerAxis(grid))
  const best = argmax(counts)
  return { values: valuesAt(grid, best), correct: counts[best] as number }
}

/** The weight axis that the intervals run along: the longest. */
function innerAxis({ axes }: Grid): Axis | undefined {
  return axes
    .filter(({ kind }) => kind === 'weight')
    .reduce<Axis | undefined>(
      (best, axis) => (best && best.values.length >= axis.values.length ? best : axis),
      undefined,
    )
}

async function countByIntervals(options: {
  readonly method: SumMethod
  readonly grid: Grid
  readonly batch: Batch
  readonly labels: Int32Array
  readonly ranges: TermRanges
  readonly counts: Int32Array
  readonly signal: AbortSignal | undefined
}): Promise<void> {
  const { method, grid, batch, labels, ranges, counts, signal } = options
  const classes = batch.cache.classes
  const inner = innerAxis(grid)
  const innerGrid = Float64Array.from(inner?.values ?? [0])
  const innerStride = inner?.stride ?? 1
  const outer = [...combinations(grid.axes.filter((axis) => axis.kind === 'weight' && axis !== inner))]
  const termLogits = termCache(batch, ranges)
  const breathe = breather()

  const fixed = new Float64Array(classes)
  const base = new Float64Array(classes)
  const slopes = new Float64Array(classes)
  for (const shapes of combinations(grid.axes.filter((axis) => axis.kind === 'shape'))) {
    const terms = await Promise.all(
      method.terms.map(async (term) => ({ term, logits: await termLogits(term, shapes.values) })),
    )
    const along = terms.filter(({ term }) => term.weight !== null && term.weight === inner?.name)
    const constant = terms.filter(({ term }) => term.weight === null)
    const across = terms.filter(({ term }) => term.weight !== null && term.weight !== inner?.name)
    const acrossMargins = across.map(({ term, logits }) => ({
      weight: term.weight as string,
      logits,
      margins: new Float64Array(classes),
    }))

    for (let i = 0; i < batch.rows; i++) {
      const label = labels[i] as number
      if (label < 0) continue
      base.fill(0)
      slopes.fill(0)
      for (const { logits } of constant) addMargins(logits, i, label, base)
      for (const { logits } of along) addMargins(logits, i, label, slopes)
      for (const each of acrossMargins) {
        each.margins.fill(0)
        addMargins(each.logits, i, label, each.margins)
      }
      for (const { values, offset } of outer) {
        fixed.set(base)
        for (const { weight, margins } of acrossMargins) addScaled(fixed, margins, values[weight] as number)
        const row = shapes.offset + offset
        addInterval({ label, classes, fixed, slopes }, innerGrid, counts, row, innerStride)
      }
      await breathe()
    }
    if (signal?.aborted) throw errors.cancelled({})
  }
}

/** Adds `logits[i, label] − logits[i, c]` for every class c. */
function addMargins({ columns, data }: Matrix, i: number, label: number, margins: Float64Array): void {
  const row = i * columns
  const own = data[row + label] as number
  for (let c = 0; c < columns; c++) margins[c] = (margins[c] as number) + (own - (data[row + c] as number))
}

function addScaled(target: Float64Array, source: Float64Array, factor: number): void {
  for (let c = 0; c < target.length; c++) target[c] = (target[c] as number) + factor * (source[c] as number)
}

/** Each term's logits for its own shapes: a term that does not depend on a shape is not computed again for it. */
function termCache(batch: Batch, ranges: TermRanges) {
  const last = new Map<string, { key: string; logits: Promise<Matrix> }>()
  return (term: Term, shapes: Values): Promise<Matrix> => {
    const key = term.shapes.map((name) => shapes[name]).join()
    const known = last.get(term.name)
    if (known?.key === key) return known.logits
    const logits = term.logits(batch, shapes, ranges[term.name] ?? {})
    last.set(term.name, { key, logits })
    return logits
  }
}

/** Differences along the inner axis to counts. */
async function integrate(counts: Int32Array, grid: Grid, inner: Axis | undefined): Promise<void> {
  const breathe = breather()
  if (inner === undefined) return
  const { stride, values } = inner
  const block = stride * values.length
  for (let start = 0; start < grid.points; start += block) {
    for (let at = start + stride; at < start + block; at++) {
      counts[at] = (counts[at] as number) + (counts[at - stride] as number)
    }
    await breathe()
  }
}

/** How many points are scored at the same time, so that the computing thread never waits for this one. */
const pointsInFlight = 4

async function countByScoring(options: {
  readonly method: ScoredMethod
  readonly grid: Grid
  readonly batch: Batch
  readonly labels: Int32Array
  readonly counts: Int32Array
  readonly signal: AbortSignal | undefined
}): Promise<void> {
  const { method, grid, batch, labels, counts, signal } = options
  let next = 0
  async function work(): Promise<void> {
    for (let point = next++; point < grid.points; point = next++) {
      if (signal?.aborted) throw errors.cancelled({})
      const { columns, data } = await method.score(batch, valuesAt(grid, point))
      let correct = 0
      for (let i = 0; i < batch.rows; i++) {
        if (argmax(data.subarray(i * columns, (i + 1) * columns)) === labels[i]) correct++
      }
      counts[point] = (counts[point] as number) + correct
    }
  }
  await Promise.all(Array.from({ length: pointsInFlight }, work))
}
