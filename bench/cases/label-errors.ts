import { suspectLabels } from '../../src/evaluation/suspect-labels.js'
import type { Support } from '../../src/features/support.js'
import { seeded } from '../../src/system/random.js'
import { createKernels, type Kernels } from '../../src/tensor/kernels.js'
import { gatherRows, type Matrix, matrix, rowOf, transposed } from '../../src/tensor/matrix.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import type { Benchmark, Row } from '../benchmark.js'
import { features, type Source, sources } from '../tables/tasks.js'

const seeds = [1, 2, 3, 4, 5]
const share = 0.05

const named = (name: string): Source[] => sources.filter((source) => source.name === name)
/** The data sets with the shots of their support sets: SUN397 has no more than 8. */
const data: readonly (readonly [Source | undefined, number])[] = [
  [named('caltech61')[0], 16],
  [features('sun397', 'confirmation', 'sun397-clip-vit-b32'), 8],
  [named('cifar10-photos')[0], 16],
  [features('dtd', 'confirmation', 'dtd-clip-vit-b32'), 16],
]

/**
 * 5 % of the labels of a support set are exchanged at random, between images of different classes. How well are they found?
 * Average precision, the mean over 5 seeds and its standard deviation.
 */
export const labelErrors: Benchmark = {
  name: 'label-errors',
  async run() {
    const runtime = openRuntime()
    const kernels = createKernels(runtime)
    const rows: Row[] = []
    for (const [source, shots] of data) {
      const scores: Record<string, number[]> = {}
      for (const seed of seeds) {
        const task = await source?.open(seed, runtime)
        if (source === undefined || task === undefined) continue
        const support = task.support(shots)
        const { labels, wrong } = exchange(support, seed)
        const clip = support.features.clip
        if (clip === undefined) continue
        const given = { features: clip, labels, classes: support.classes }
        const ours = await suspectLabels({ ...given, textClassifier: support.textClassifier }, kernels)
        const alone = await suspectLabels({ ...given, textClassifier: null }, kernels)
        const ranked = (suspicion: Float64Array) => order(suspicion)
        const rankings: Record<string, readonly number[]> = {
          ours: ours.map(({ image }) => image),
          'ours, without texts': alone.map(({ image }) => image),
          'class-mean distance': ranked(meanDistance(clip, labels, support.classes)),
          'k nearest neighbours': ranked(neighbourDisagreement(clip, labels, 10)),
          'confident learning': ranked(await confidentLearning(clip, labels, support.classes, seed, kernels)),
        }
        for (const [name, ranking] of Object.entries(rankings)) {
          scores[name] = [...(scores[name] ?? []), averagePrecision(ranking, wrong)]
        }
      }
      for (const [name, values] of Object.entries(scores)) {
        rows.push({
          quantity: `Average precision of finding 5 % exchanged labels, ${source?.name}, ${shots} shots, ${name}`,
          ours: `${mean(values).toFixed(3)} ± ${deviation(values).toFixed(3)}`,
        })
      }
    }
    return rows
  },
}

/** Exchanges the labels of pairs of images of different classes. */
function exchange({ labels }: Support, seed: number) {
  const random = seeded('label errors', seed)
  const changed = Int32Array.from(labels)
  const wrong = new Set<number>()
  const free = random.shuffled([...labels.keys()])
  for (let pairs = Math.round((share * labels.length) / 2); pairs > 0; pairs--) {
    const a = free.pop() as number
    const at = free.findIndex((b) => labels[b] !== labels[a])
    const [b = a] = free.splice(at, 1)
    changed[a] = labels[b] as number
    changed[b] = labels[a] as number
    wrong.add(a).add(b)
  }
  return { labels: changed, wrong }
}

/** Rows from the largest value to the smallest. */
const order = (values: Float64Array): number[] =>
  [...values.keys()].sort((a, b) => (values[b] as number) - (values[a] as number))

function averagePrecision(ranking: readonly number[], wrong: ReadonlySet<number>): number {
  let [found, sum] = [0, 0]
  for (const [i, image] of ranking.entries()) if (wrong.has(image)) sum += ++found / (i + 1)
  return sum / wrong.size
}

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length
const deviation = (values: readonly number[]): number =>
  Math.sqrt(mean(values.map((v) => (v - mean(values)) ** 2)))

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += (a[k] as number) * (b[k] as number)
  return sum
}

/** The cosine distance to the mean of the image's class. */
function meanDistance(rows: Matrix, labels: Int32Array, classes: number): Float64Array {
  const means = Array.from({ length: classes }, () => new Float64Array(rows.columns))
  for (const [i, label] of labels.entries()) {
    for (const [k, value] of rowOf(rows, i).entries())
      (means[label] as Float64Array)[k] = ((means[label] as Float64Array)[k] as number) + value
  }
  return Float64Array.from(labels, (label, i) => {
    const centre = means[label] as Float64Array
    return -dot(rowOf(rows, i), centre) / Math.sqrt(dot(centre, centre))
  })
}

/** The share of the k nearest images that have another label; ties by the similarity of those with the same. */
function neighbourDisagreement(rows: Matrix, labels: Int32Array, k: number): Float64Array {
  return Float64Array.from(labels, (label, i) => {
    const near = [...labels.keys()]
      .filter((j) => j !== i)
      .map((j) => ({ j, similarity: dot(rowOf(rows, i), rowOf(rows, j)) }))
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, k)
    const same = near.filter(({ j }) => labels[j] === label)
    return 1 - same.length / k - 1e-6 * same.reduce((sum, { similarity }) => sum + similarity, 0)
  })
}

/**
 * Confident learning (Northcutt, Jiang and Chuang, arXiv 1911.00068) with probabilities of logistic regression in 5 folds: images
 * that the confident joint counts as another class come first, by the margin of the probabilities, and then the others.
 */
async function confidentLearning(
  rows: Matrix,
  labels: Int32Array,
  classes: number,
  seed: number,
  kernels: Kernels,
): Promise<Float64Array> {
  const probabilities = await crossValidated(rows, labels, classes, seed, kernels)
  const thresholds = Float64Array.from({ length: classes }, (_, c) => {
    const own = [...labels.keys()].filter((i) => labels[i] === c)
    return own.length === 0 ? 1 : mean(own.map((i) => (probabilities[i] as Float32Array)[c] as number))
  })
  return Float64Array.from(labels, (label, i) => {
    const p = probabilities[i] as Float32Array
    const confident = [...p.keys()].filter((c) => (p[c] as number) >= (thresholds[c] as number))
    const joint = confident.reduce((most, c) => ((p[c] as number) > (p[most] ?? -1) ? c : most), -1)
    const other = Math.max(...[...p].filter((_, c) => c !== label))
    return (joint >= 0 && joint !== label ? 10 : 0) + other - (p[label] as number)
  })
}

const folds = 5

async function crossValidated(
  rows: Matrix,
  labels: Int32Array,
  classes: number,
  seed: number,
  kernels: Kernels,
): Promise<Float32Array[]> {
  const random = seeded('folds', seed)
  const fold = new Int32Array(labels.length)
  for (let c = 0; c < classes; c++) {
    const own = random.shuffled([...labels.keys()].filter((i) => labels[i] === c))
    for (const [at, i] of own.entries()) fold[i] = at % folds
  }
  const result: Float32Array[] = []
  for (let f = 0; f < folds; f++) {
    const train = [...labels.keys()].filter((i) => fold[i] !== f)
    const held = [...labels.keys()].filter((i) => fold[i] === f)
    const own = Int32Array.from(train, (i) => labels[i] as number)
    const weights = await logisticRegression(gatherRows(rows, train), own, classes, kernels)
    const probabilities = softmaxRows(await kernels.dot(gatherRows(rows, held), weights))
    for (const [at, i] of held.entries()) result[i] = rowOf(probabilities, at)
  }
  return result
}

/** Multinomial logistic regression with a small penalty, by Nesterov's accelerated gradient: [C, d]. */
async function logisticRegression(
  x: Matrix,
  labels: Int32Array,
  classes: number,
  kernels: Kernels,
): Promise<Matrix> {
  const [penalty, rate, steps] = [1e-4, classes, 200]
  let [w, v, t] = [matrix(classes, x.columns), matrix(classes, x.columns), 1]
  for (let s = 0; s < steps; s++) {
    const errors = softmaxRows(await kernels.dot(x, v))
    for (const [i, label] of labels.entries()) {
      const at = i * classes + label
      errors.data[at] = (errors.data[at] as number) - 1
    }
    const gradient = (await kernels.multiply(transposed(errors), x)).data
    const next = v.data.map((value, k) => value - rate * ((gradient[k] as number) / x.rows + penalty * value))
    const nextT = (1 + Math.sqrt(1 + 4 * t * t)) / 2
    const momentum = (t - 1) / nextT
    const last = w.data
    v = matrix(
      classes,
      x.columns,
      next.map((value, k) => value + momentum * (value - (last[k] as number))),
    )
    w = matrix(classes, x.columns, next)
    t = nextT
  }
  return w
}

function softmaxRows(logits: Matrix): Matrix {
  const result = matrix(logits.rows, logits.columns)
  for (let i = 0; i < logits.rows; i++) {
    const [from, to] = [rowOf(logits, i), rowOf(result, i)]
    const most = from.reduce((a, b) => Math.max(a, b))
    let sum = 0
    for (let c = 0; c < from.length; c++) sum += to[c] = Math.exp((from[c] as number) - most)
    for (let c = 0; c < from.length; c++) to[c] = (to[c] as number) / sum
  }
  return result
}
