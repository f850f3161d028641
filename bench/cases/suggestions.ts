import { scoreQueries } from '../../src/evaluation/fit.js'
import { fitAtDefaults } from '../../src/evaluation/fit-quickly.js'
import { estimateMean, intervalOf } from '../../src/evaluation/statistics/crossed-design.js'
import { fitToLabelled, type SuggestionStrategy, suggestImages } from '../../src/evaluation/suggest-images.js'
import { selectFeatures } from '../../src/features/space-features.js'
import type { Support } from '../../src/features/support.js'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { seeded } from '../../src/system/random.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import { type Benchmark, medianMs, ms, type Row } from '../benchmark.js'
import { normals } from '../data.js'
import { sources } from '../tables/tasks.js'

const registry = createRegistry([builtin()])
const answering = {
  method: registry.method('prototype'),
  space: registry.space('shrunk'),
  zeroShot: registry.method('zero-shot'),
}
const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
const strategies = ['RANDOM', 'UNCERTAINTY', 'COVERAGE', 'BOTH'] as const

/**
 * All support images without a label, labelled one step after the other as each strategy suggests, from the same few random
 * images. Test accuracy against the number of labels, and its difference to random suggestions with a 95 % interval over test
 * images and seeds.
 */
export const suggestions: readonly Benchmark[] = (
  [
    // Images that are labelled between two fits, fewer where a fit takes less time; labels a class when accuracy is measured.
    ['cifar10-photos', 2, [1, 2, 4, 8]],
    ['tiny-imagenet-50', 25, [1, 2, 4, 8]],
    ['caltech61', 61, [1, 2, 4]],
  ] as const
).map(
  ([name, step, checkpoints]): Benchmark => ({
    name: `suggestions ${name}`,
    run: () => labelled(name, step, checkpoints),
  }),
)

async function labelled(name: string, step: number, checkpoints: readonly number[]): Promise<readonly Row[]> {
  const runtime = openRuntime()
  const kernels = createKernels(runtime)
  const source = sources.find((each) => each.name === name)
  const outcomes = new Map<string, Float64Array[]>()
  let classes = 0
  for (const seed of seeds) {
    const file = await source?.open(seed, runtime)
    if (!file) return []
    classes = file.classes
    const pool = file.support(Math.max(...file.shots))
    const order = seeded('suggestions', name, seed).shuffled([...pool.labels.keys()])
    for (const strategy of strategies) {
      const known = order.slice(0, step)
      for (const count of checkpoints.map((each) => each * classes)) {
        while (known.length < count) {
          const left = order.filter((row) => !known.includes(row))
          known.push(
            ...(strategy === 'RANDOM'
              ? left.slice(0, step)
              : await suggested(pool, known, left, strategy, step)),
          )
        }
        const right = await correctOn(file.test, supportOf(pool, known.slice(0, count)))
        const key = `${strategy} ${count}`
        outcomes.set(key, [...(outcomes.get(key) ?? []), right])
      }
    }
  }

  async function suggested(
    pool: Support,
    known: readonly number[],
    left: readonly number[],
    strategy: SuggestionStrategy,
    first: number,
  ): Promise<number[]> {
    const found = await suggestImages({
      ...{ support: supportOf(pool, known), candidates: selectFeatures(pool.features, left) },
      ...{ strategy, first, kernels, ...answering },
    })
    return found.map(({ row }) => left[row] as number)
  }

  async function correctOn(
    { features, labels }: { readonly features: Support['features']; readonly labels: Int32Array },
    support: Support,
  ): Promise<Float64Array> {
    const fitted = await fitAtDefaults({ support, kernels, ...answering })
    const right = new Float64Array(labels.length)
    for await (const { batch, scores } of scoreQueries(fitted, features)) {
      const { rows, columns, data } = scores.logits
      for (let i = 0; i < rows; i++) {
        const row = data.subarray(i * columns, (i + 1) * columns)
        right[batch.from + i] = row.indexOf(Math.max(...row)) === labels[batch.from + i] ? 1 : 0
      }
    }
    return right
  }

  return checkpoints.flatMap((each) => {
    const count = each * classes
    const random = outcomes.get(`RANDOM ${count}`) ?? []
    return strategies.map((strategy): Row => {
      const own = outcomes.get(`${strategy} ${count}`) ?? []
      const difference = estimateOf(own.map((row, s) => row.map((value, i) => value - (random[s]?.[i] ?? 0))))
      return {
        quantity: `Accuracy with ${count} labels, ${name}, ${strategy.toLowerCase()}, 10 seeds`,
        ours: `${(100 * estimateOf(own).mean).toFixed(1)} %`,
        ...(strategy !== 'RANDOM' && {
          baseline: `${(100 * estimateOf(random).mean).toFixed(1)} %`,
          ratio: `${signed(difference.mean)} (${signed(difference.low)} to ${signed(difference.high)})`,
        }),
      }
    })
  })
}

const supportOf = (pool: Support, rows: readonly number[]): Support => ({
  ...pool,
  features: selectFeatures(pool.features, rows),
  labels: Int32Array.from(rows, (row) => pool.labels[row] as number),
})

const signed = (share: number): string => `${share >= 0 ? '+' : '−'}${Math.abs(100 * share).toFixed(1)}`

function estimateOf(rows: readonly Float64Array[]) {
  const images = rows[0]?.length ?? 0
  const values = new Float64Array(rows.length * images)
  for (const [s, row] of rows.entries()) values.set(row, s * images)
  const estimate = estimateMean({ sets: rows.length, images, values })
  const { low, high } = intervalOf(estimate) ?? { low: Number.NaN, high: Number.NaN }
  return { mean: estimate.mean, low, high }
}

/** From a new label to the next suggestions: the fit on 1,000 labelled images of 512 dimensions, and 5,000 images to choose from. */
export const suggestionSpeed: Benchmark = {
  name: 'suggestion-speed',
  async run() {
    const kernels = createKernels(openRuntime())
    const support: Support = {
      features: { clip: normals('labelled', 1000, 512) },
      labels: Int32Array.from({ length: 1000 }, (_, i) => i % 20),
      classes: 20,
      textClassifier: normals('texts', 20, 512),
      logitScale: 100,
    }
    const candidates = { clip: normals('unlabelled', 5000, 512) }
    const rows: Row[] = [
      {
        quantity: 'Prototype in shrunk fitted on 1,000 labelled images of 512 dimensions',
        ours: ms(await medianMs(7, () => fitToLabelled({ support, kernels, ...answering }))),
      },
    ]
    for (const strategy of ['UNCERTAINTY', 'COVERAGE', 'BOTH'] as const) {
      const work = () => suggestImages({ support, candidates, strategy, first: 20, kernels, ...answering })
      rows.push({
        quantity: `The same, and 20 suggestions of 5,000 images, ${strategy.toLowerCase()}`,
        ours: ms(await medianMs(7, work)),
      })
    }
    return rows
  },
}
