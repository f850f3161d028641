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

/** What every kind of search takes. */
export interface SearchOptions {
  readonly method: Method
  readonly grid: Grid
  readonly data: SelectionData
  readonly ranges: TermRanges
  readonly signal?: AbortSignal
  /** Called with the number of images that were just scored at one combination of shapes. */
  readonly onScored?: (images: number) => void
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
export async function search(options: SearchOptions): Promise<SearchResult> {
  const counts = await countCorrect(options)
  const best = argmax(counts)
  return { values: valuesAt(options.grid, best), correct: counts[best] as number }
}

/**
 * For every point of the grid, the number of images that it classifies correctly. If `shapes` is given, only for the points
 * with these combinations of shapes, by their offsets in the list of points; 0 for the others.
 */
export async function countCorrect(
  options: SearchOptions & { readonly shapes?: ReadonlySet<number> },
): Promise<Int32Array> {
  const { method, grid, data, ranges, signal, onScored = () => {} } = options
  const counts = new Int32Array(grid.points)
  const shapes = [...combinations(shapeAxes(grid))].filter(
    ({ offset }) => options.shapes?.has(offset) ?? true,
  )
  let from = 0
  for await (const batch of data.batches) {
    const labels = data.labels.subarray(from, from + batch.rows)
    from += batch.rows
    const counting = { grid, shapes, batch, labels, counts, signal, onScored }
    if (method.terms) await countByIntervals({ method, ranges, ...counting })
    else await countByScoring({ method, ...counting })
  }
  if (method.terms) await integrate(counts, grid, innerAxis(grid))
  return counts
}

/** The axes of shapes. Each of their combinations has an offset in the list of points. */
export const shapeAxes = ({ axes }: Grid): Axis[] => axes.filter(({ kind }) => kind === 'shape')

/** The axes of weights. */
export const weightAxes = ({ axes }: Grid): Axis[] => axes.filter(({ kind }) => kind === 'weight')

/** The counting of one batch. */
interface Counting {
  readonly grid: Grid
  /** The combinations of shapes to count at. */
  readonly shapes: readonly { readonly values: Values; readonly offset: number }[]
  readonly batch: Batch
  readonly labels: Int32Array
  readonly counts: Int32Array
  readonly signal: AbortSignal | undefined
  readonly onScored: (images: number) => void
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

async function countByIntervals(
  options: Counting & { readonly method: SumMethod; readonly ranges: TermRanges },
): Promise<void> {
  const { method, grid, batch, labels, ranges, counts, signal } = options
  const classes = batch.cache.classes
  const inner = innerAxis(grid)
  const innerGrid = Float64Array.from(inner?.values ?? [0])
  const innerGreatest = Math.max(...innerGrid.map(Math.abs))
  const innerStride = inner?.stride ?? 1
  const outer = [...combinations(weightAxes(grid).filter((axis) => axis !== inner))]
  const termLogits = termCache(method, batch, ranges)
  const yieldToEventLoop = createYieldToEventLoop()

  const fixed = new Float64Array(classes)
  const base = new Float64Array(classes)
  const slopes = new Float64Array(classes)
  for (const shapes of options.shapes) {
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
    options.onScored(batch.rows)
  }
}

interface TermLogits {
  readonly logits: Matrix
  /** Their largest magnitude. */
  readonly greatest: number
}

/** The logits of a term at other shapes that are kept take at most this many bytes. */
const maxKeptBytes = 32 * 2 ** 20

/**
 * Caches each term's logits by the shapes that the term depends on. An inner axis comes to the same values again for every value
 * of an outer one.
 */
function termCache(method: SumMethod, batch: Batch, ranges: TermRanges) {
  const bytes = batch.rows * batch.cache.classes * Float32Array.BYTES_PER_ELEMENT
  const kept = Math.max(1, Math.floor(maxKeptBytes / Math.max(1, bytes)))
  const known = new Map(method.terms.map(({ name }) => [name, new Map<string, Promise<TermLogits>>()]))
  return (term: Term, shapes: Values): Promise<TermLogits> => {
    const ofTerm = known.get(term.name) ?? new Map<string, Promise<TermLogits>>()
    const key = term.shapes.map((name) => shapes[name]).join()
    const found = ofTerm.get(key)
    if (found) return found
    const result = logitsOf(method, term, batch, shapes, ranges[term.name] ?? {}).then((logits) => ({
      logits,
      greatest: maxMagnitude(logits.data),
    }))
    const [oldest] = ofTerm.keys()
    if (ofTerm.size >= kept && oldest !== undefined) ofTerm.delete(oldest)
    ofTerm.set(key, result)
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

async function countByScoring(options: Counting & { readonly method: ScoredMethod }): Promise<void> {
  const { method, grid, shapes, batch, labels, counts, signal, onScored } = options
  const weights = [...combinations(weightAxes(grid))]
  const points = shapes.flatMap((shape) => weights.map(({ offset }) => shape.offset + offset))
  let next = 0
  async function work(): Promise<void> {
    for (let at = next++; at < points.length; at = next++) {
      const point = points[at] as number
      throwIfCancelled(signal)
      const { columns, data } = await scoresOf(method, batch, valuesAt(grid, point))
      let correct = 0
      for (let i = 0; i < batch.rows; i++) {
        if (argmax(data.subarray(i * columns, (i + 1) * columns)) === labels[i]) correct++
      }
      counts[point] = (counts[point] as number) + correct
      onScored(batch.rows / weights.length)
    }
  }
  await Promise.all(Array.from({ length: pointsInFlight }, work))
}
