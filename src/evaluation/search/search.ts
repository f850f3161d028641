import type { Batch } from '../../cache/contract.js'
import { logitsOf, scoresOf } from '../../methods/call.js'
import type { Method, ScoredMethod, SumMethod, Term, Values } from '../../methods/contract.js'
import type { TermRanges } from '../../methods/score.js'
import { throwIfCancelled } from '../../system/abort.js'
import { createYieldToEventLoop } from '../../system/yield-to-event-loop.js'
import type { Matrix } from '../../tensor/matrix.js'
import { argmax } from '../metrics.js'
import { type Axis, combinations, type Grid, valuesAt } from './grid.js'
import { addInterval } from './intervals.js'
import { addMargins, addScaled, maxMagnitude, minMagnitude, rightAt, roundingOf } from './margins.js'

/** Images to select on, in batches. `labels` has the class of each image over all batches, or −1 to ignore it. */
export interface SelectionData {
  readonly batches: Iterable<Batch> | AsyncIterable<Batch>
  readonly labels: Int32Array
}

export interface SearchResult {
  readonly values: Values
  /** The number of images that the values classify correctly. */
  readonly correct: number
}

/**
 * Finds the values of a grid that classify the most images correctly; the first in grid order for ties. Exact: with
 * the interval argument along the longest weight axis for a sum of terms, otherwise by scoring every point. Throws
 * CANCELLED.
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

/** The longest weight axis, which the intervals run along. */
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
  const innerGreatest = Math.max(...innerGrid.map(Math.abs))
  const innerStride = inner?.stride ?? 1
  const outer = [...combinations(grid.axes.filter((axis) => axis.kind === 'weight' && axis !== inner))]
  const termLogits = termCache(method, batch, ranges)
  const yieldToEventLoop = createYieldToEventLoop()

  const fixed = new Float64Array(classes)
  const base = new Float64Array(classes)
  const slopes = new Float64Array(classes)
  for (const shapes of combinations(grid.axes.filter((axis) => axis.kind === 'shape'))) {
    const terms = await Promise.all(
      method.terms.map(async (term) => ({
        term,
        ...(await termLogits(term, shapes.values)),
        /** logits[y] − logits[c] of the current image. */
        margins: new Float64Array(classes),
        /** The factor of the term at the current point. */
        factor: 1,
      })),
    )
    const constant = terms.filter(({ term }) => term.weight === null)
    const along = terms.filter(({ term }) => term.weight !== null && term.weight === inner?.name)
    const across = terms.filter(({ term }) => term.weight !== null && term.weight !== inner?.name)
    const image = { row: 0, label: 0 }
    const isRight = (value: number): boolean => {
      for (const each of along) each.factor = value
      return rightAt(terms, image.row, image.label)
    }

    for (let i = 0; i < batch.rows; i++) {
      const label = labels[i] as number
      if (label < 0) continue
      image.row = i
      image.label = label
      base.fill(0)
      slopes.fill(0)
      for (const { logits } of constant) addMargins(logits, i, label, base)
      for (const { logits } of along) addMargins(logits, i, label, slopes)
      for (const { logits, margins } of across) addMargins(logits, i, label, margins.fill(0))
      const minSlope = minMagnitude(slopes)
      for (const { values, offset } of outer) {
        fixed.set(base)
        for (const each of across) {
          each.factor = values[each.term.weight as string] as number
          addScaled(fixed, each.margins, each.factor)
        }
        for (const each of along) each.factor = innerGreatest
        const margins = { label, classes, fixed, slopes, minSlope, rounding: roundingOf(terms), isRight }
        addInterval(margins, innerGrid, counts, shapes.offset + offset, innerStride)
      }
      await yieldToEventLoop()
      throwIfCancelled(signal)
    }
  }
}

/** Caches each term's logits, with their largest magnitude, by the shapes that the term depends on. */
function termCache(method: SumMethod, batch: Batch, ranges: TermRanges) {
  const last = new Map<string, { key: string; result: Promise<{ logits: Matrix; greatest: number }> }>()
  return (term: Term, shapes: Values): Promise<{ logits: Matrix; greatest: number }> => {
    const key = term.shapes.map((name) => shapes[name]).join()
    const known = last.get(term.name)
    if (known?.key === key) return known.result
    const result = logitsOf(method, term, batch, shapes, ranges[term.name] ?? {}).then((logits) => ({
      logits,
      greatest: maxMagnitude(logits.data),
    }))
    last.set(term.name, { key, result })
    return result
  }
}

/** Converts differences along the inner axis to counts. */
async function integrate(counts: Int32Array, grid: Grid, inner: Axis | undefined): Promise<void> {
  const yieldToEventLoop = createYieldToEventLoop()
  if (inner === undefined) return
  const { stride, values } = inner
  const block = stride * values.length
  for (let start = 0; start < grid.points; start += block) {
    for (let at = start + stride; at < start + block; at++) {
      counts[at] = (counts[at] as number) + (counts[at - stride] as number)
    }
    await yieldToEventLoop()
  }
}

/** Points scored at the same time, so that the computing thread never waits for this one. */
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
      throwIfCancelled(signal)
      const { columns, data } = await scoresOf(method, batch, valuesAt(grid, point))
      let correct = 0
      for (let i = 0; i < batch.rows; i++) {
        if (argmax(data.subarray(i * columns, (i + 1) * columns)) === labels[i]) correct++
      }
      counts[point] = (counts[point] as number) + correct
    }
  }
  await Promise.all(Array.from({ length: pointsInFlight }, work))
}
