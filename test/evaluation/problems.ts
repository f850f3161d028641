import type { Batch } from '../../src/cache/contract.js'
import {
  defineMethod,
  linspace,
  type ScoredMethod,
  type SumMethod,
  type Values,
} from '../../src/methods/contract.js'
import { type Random, seeded } from '../../src/system/random.js'
import { type Matrix, matrix } from '../../src/tensor/matrix.js'
import type { SearchProblem } from '../reference/brute-force.js'

/** What a random problem is like; what is not said is drawn. */
export interface ProblemOptions {
  readonly weights?: number
  readonly shapes?: number
  readonly classes?: number
  readonly images?: number
  /** How logits are drawn: `integers` and `tenths` give many equal ones. */
  readonly logits?: keyof typeof draws
  /** Pairs of images, or of classes, that are the same. */
  readonly alike?: 'images' | 'classes'
  /** Images that have no say. */
  readonly silent?: boolean
  readonly grids?: readonly (keyof typeof grids)[]
  /** All terms multiplied by the first weight. */
  readonly oneWeight?: boolean
}

const draws = {
  reals: (random: Random) => Math.fround(2 * random.next() - 1),
  integers: (random: Random) => random.integer(7) - 3,
  tenths: (random: Random) => Math.fround((random.integer(41) - 20) / 10),
  zeros: () => 0,
  /** Spread over many orders of magnitude. */
  wide: (random: Random) => Math.fround((2 * random.next() - 1) * 10 ** (random.integer(13) - 8)),
}

export const grids = {
  reference: linspace(0, 20, 200),
  integers: linspace(0, 20, 21),
  tenths: linspace(0, 3, 31),
  thirds: linspace(0, 5, 16),
  signed: linspace(-3, 3, 25),
  few: [0.1, 0.3, 0.7],
  two: [0, 1],
  single: [2.5],
}

/** A problem as the reference takes it, and as the library does: a method, batches and labels. */
export interface Problem {
  readonly reference: SearchProblem
  readonly method: SumMethod
  readonly batches: Batch[]
  readonly labels: Int32Array
}

export function randomProblem(name: string, trial: number, options: ProblemOptions): Problem {
  const random = seeded(name, trial)
  const classes = options.classes ?? 2 + random.integer(5)
  const images = options.images ?? 1 + random.integer(9)
  const draw = draws[options.logits ?? pickOne(random, ['reals', 'integers', 'tenths'] as const)]
  const names = (kind: string, count: number) => Array.from({ length: count }, (_, i) => `${kind}${i}`)
  const weights = names('weight', options.weights ?? random.integer(3))
  const shapes = names('shape', options.shapes ?? random.integer(2))
  const among =
    options.grids ?? (['reference', 'integers', 'tenths', 'thirds', 'signed', 'few', 'two'] as const)
  const axes = random.shuffled([
    ...weights.map((each) => ({
      name: each,
      kind: 'weight' as const,
      values: grids[pickOne(random, among)],
    })),
    ...shapes.map((each) => ({ name: each, kind: 'shape' as const, values: grids.few })),
  ])

  const imageOf = (i: number) => (options.alike === 'images' ? i - (i % 2) : i)
  const classOf = (c: number) => (options.alike === 'classes' ? c - (c % 2) : c)
  const drawn = new Map<string, number[][]>()
  /** Drawn once for each term and its shapes. */
  const logitsOf = (term: number, values: Values): number[][] => {
    const key = [term, ...shapes.map((shape) => values[shape])].join()
    const known = drawn.get(key)
    if (known) return known
    const rows = table(images, classes, () => draw(random))
    const logits = table(images, classes, (i, c) => rows[imageOf(i)]?.[classOf(c)] as number)
    drawn.set(key, logits)
    return logits
  }
  const terms = random
    .shuffled([null, ...weights.map((each) => (options.oneWeight ? (weights[0] as string) : each))])
    .map((weight, term) => ({ weight, logits: (values: Values) => logitsOf(term, values) }))
  const labels = Array.from({ length: images }, (_, i) =>
    options.silent && i % 3 === 0 ? -1 : random.integer(classes),
  )
  const method = defineMethod({
    id: 'random',
    name: 'Random',
    summary: '',
    space: null,
    hyperparameters: Object.fromEntries(
      axes.map(({ name: each, kind, values }) => [
        each,
        { kind, grid: values, default: values[0] as number, summary: '' },
      ]),
    ),
    terms: terms.map(({ weight, logits }, i) => ({
      name: `term ${i}`,
      summary: '',
      weight,
      shapes,
      usesTexts: false,
      usesKeys: false,
      logits: async (batch, values) => rowsFor(batch, logits(values)),
    })),
  })
  const cut = random.integer(images + 1)
  return {
    reference: { axes, terms, classes, labels },
    method,
    batches: [batchOf(0, cut, classes), batchOf(cut, images, classes)],
    labels: Int32Array.from(labels),
  }
}

/** The same method as one that scores by itself. */
export const scoring = ({ method, reference }: Problem): ScoredMethod => {
  const { terms: _, ...rest } = method
  return {
    ...rest,
    usesTexts: false,
    async score(batch, values) {
      const weighted = reference.terms.map(({ weight, logits }) => ({
        factor: weight === null ? 1 : (values[weight] as number),
        logits: logits(values),
      }))
      const sum = (i: number, c: number) =>
        weighted.reduce((total, { factor, logits }) => total + factor * (logits[i]?.[c] as number), 0)
      return rowsFor(batch, table(reference.labels.length, reference.classes, sum))
    },
  }
}

/** All that a search asks of a batch. */
function batchOf(from: number, to: number, classes: number): Batch {
  const batch = {
    ...{ from, rows: to - from, cache: { classes } },
    seenBy: () => batch,
    written: () => null,
  } as unknown as Batch
  return batch
}

const rowsFor = ({ from, rows, cache }: Batch, logits: readonly (readonly number[])[]): Matrix =>
  matrix(rows, cache.classes, Float32Array.from(logits.slice(from, from + rows).flat()))

function table(rows: number, columns: number, entry: (i: number, c: number) => number): number[][] {
  return Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, c) => entry(i, c)))
}

const pickOne = <T>(random: Random, items: readonly T[]): T => items[random.integer(items.length)] as T
