import { classDeltasOf } from '../../src/evaluation/class-deltas.js'
import {
  meanSquaresOf,
  proportionInterval,
  type SetVariance,
} from '../../src/evaluation/statistics/crossed-design.js'
import { testDifference } from '../../src/evaluation/statistics/difference.js'
import { pooledSetVariance } from '../../src/evaluation/statistics/pooled-set-variance.js'
import { difference, type Model, simulate, stream } from '../../test/reference/simulated-comparisons.js'
import type { Benchmark, Row } from '../benchmark.js'

const trials = 1500
/** Large cells get fewer trials, to keep the benchmark short. */
const maxOutcomes = 45_000_000

const models = [1, 1.5].flatMap((images) =>
  [0.1, 0.4].flatMap((sets) => [0.6, 0.87].map((accuracy) => ({ images, sets, accuracy }))),
)
const shared = { sharedImages: 0.8, sharedSets: 0.5 }

/** How often intervals hold the truth, and how often tests find a difference, over simulated comparisons. */
export const coverage: Benchmark = {
  name: 'coverage of intervals, false alarms and power',
  async run() {
    const rows: Row[] = []
    for (const sets of [1, 3, 5, 10, 30]) {
      for (const images of [8, 50, 500, 2000]) rows.push(cell(sets, images))
    }
    rows.push(verdict(3, 500), verdict(5, 500), verdict(10, 500), classes(3, 10), classes(10, 10))
    return rows
  },
}

function cell(sets: number, images: number): Row {
  const count = Math.min(trials, Math.ceil(maxOutcomes / (sets * images * 3)))
  const shares = models.map(({ accuracy, ...model }) => {
    // With one support set the claim is about that set, so sets do not vary.
    const fixed = sets === 1 ? { ...model, sets: 0 } : model
    const random = stream('coverage', sets, images, model.images, model.sets, accuracy)
    let [held, alarms, found] = [0, 0, 0]
    for (let trial = 0; trial < count; trial++) {
      const accuracies = [accuracy, accuracy, accuracy + 0.05]
      const [a, b, better] = simulate({ ...fixed, ...shared, accuracies }, sets, images, random)
      if (!a || !b || !better) throw new Error('three methods are simulated')
      const interval = proportionInterval(a)
      if (interval && interval.low <= accuracy && accuracy <= interval.high) held++
      if ((testDifference(difference(a, b), { scale: 1 }).pValue ?? 1) < 0.05) alarms++
      if ((testDifference(difference(better, a), { scale: 1 }).pValue ?? 1) < 0.05) found++
    }
    return { held: held / count, alarms: alarms / count, found: found / count }
  })
  return {
    quantity: `${sets} support sets, ${images} images, ${count} trials of ${models.length} models: coverage`,
    ours: range(shares.map(({ held }) => held)),
    baseline: `false alarms ${range(shares.map(({ alarms }) => alarms))}`,
    ratio: `power for 5 points ${range(shares.map(({ found }) => found))}`,
  }
}

/** How often 18 methods that are equally good do not end in a tie. */
function verdict(sets: number, images: number): Row {
  const methods = 18
  const pairs = (methods * (methods - 1)) / 2
  const random = stream('verdict', sets, images)
  const model: Model = { images: 1, sets: 0.4, ...shared, accuracies: new Array<number>(methods).fill(0.6) }
  const count = Math.min(trials, Math.ceil(maxOutcomes / (sets * images * methods)))
  let [alarms, unpooled] = [0, 0]
  for (let trial = 0; trial < count; trial++) {
    const all = simulate(model, sets, images, random)
    const means = all.map(({ values }) => values.reduce((sum, value) => sum + value, 0))
    const best = means.indexOf(Math.max(...means))
    const pooled = pooledSetVariance(all.map((each) => Array.from(meanSquaresOf(each).setMeans)))
    const isAlarm = (variance: SetVariance | null) =>
      all.some((other, i) => {
        const { pValue } = testDifference(difference(all[best] ?? other, other), { scale: 1 }, variance)
        return i !== best && pairs * (pValue ?? 1) < 0.05
      })
    if (isAlarm(pooled)) alarms++
    if (isAlarm(null)) unpooled++
  }
  return {
    quantity: `verdict over ${methods} equal methods, ${sets} support sets, ${images} images, ${count} trials`,
    ours: `${((100 * alarms) / count).toFixed(1)} % call a method better`,
    baseline: `without pooling ${((100 * unpooled) / count).toFixed(1)} %`,
  }
}

/** How often two methods that are equally good in 50 classes are told apart in one of them. */
function classes(sets: number, images: number): Row {
  const count = 50
  const random = stream('classes', sets, images)
  const model: Model = { images: 1, sets: 0.4, ...shared, accuracies: [0.6, 0.6] }
  let alarms = 0
  for (let trial = 0; trial < trials; trial++) {
    // Each class has support images of its own, and so support sets of its own.
    const all = Array.from({ length: count }, () => simulate(model, sets, images, random))
    const runOf = (method: number, s: number) => ({
      labels: Int32Array.from({ length: count * images }, (_, i) => Math.floor(i / images)),
      predicted: Int32Array.from({ length: count * images }, (_, i) => {
        const c = Math.floor(i / images)
        const isRight = all[c]?.[method]?.values[s * images + (i % images)] === 1
        return isRight ? c : (c + 1) % count
      }),
    })
    const pairs = Array.from({ length: sets }, (_, s) => ({ method: runOf(0, s), baseline: runOf(1, s) }))
    if (classDeltasOf(pairs, count).some(({ adjustedPValue }) => (adjustedPValue ?? 1) < 0.05)) alarms++
  }
  return {
    quantity: `${count} classes of ${images} images, ${sets} support sets, ${trials} trials`,
    ours: `${((100 * alarms) / trials).toFixed(1)} % call a class different`,
  }
}

const range = (shares: readonly number[]): string => {
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length
  return `${Math.min(...shares).toFixed(3)}–${Math.max(...shares).toFixed(3)} (mean ${mean.toFixed(3)})`
}
