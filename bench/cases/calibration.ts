import { fileURLToPath } from 'node:url'
import { createCaches } from '../../src/cache/caches.js'
import { fitMethod, scoreQueries } from '../../src/evaluation/fit.js'
import { createTally } from '../../src/evaluation/metrics.js'
import { thresholdOf } from '../../src/evaluation/prediction-set.js'
import { meanOf } from '../../src/evaluation/statistics/moments.js'
import type { FeatureFile } from '../../src/features/feature-file.js'
import type { Method } from '../../src/methods/contract.js'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import type { FeatureSpace } from '../../src/spaces/contract.js'
import { seeded } from '../../src/system/random.js'
import { createKernels, type Kernels } from '../../src/tensor/kernels.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import type { Benchmark, Row } from '../benchmark.js'
import { features, folderSource, type Source, sources } from '../tables/tasks.js'

const demo = fileURLToPath(new URL('../../demo/fashion-mnist', import.meta.url))

/** The data sets with texts: calibrated probabilities need all of a method's terms. */
const datasets: readonly Source[] = [
  ...sources.filter(({ name }) => name !== 'flowers102' && name !== 'fashion-mnist'),
  features('dtd', 'confirmation', 'dtd-clip-vit-b32'),
  features('sun397', 'confirmation', 'sun397-clip-vit-b32'),
  folderSource(demo),
]
const spaces = ['clip', 'shrunk']
const shotCounts = [4, 16]
const maxSeeds = 3
const coverage = 0.9

/**
 * The expected calibration error of every built-in method, before and after its temperature, and what prediction sets with a
 * coverage of 90 % reach, by LEAVE_ONE_OUT on the support images alone. Data sets that are drawn from have three seeds.
 */
export const calibration: Benchmark = {
  name: 'calibration',
  async run() {
    const registry = createRegistry([builtin()])
    const runtime = openRuntime()
    const kernels = createKernels(runtime)
    const rows: Row[] = []
    for (const source of datasets) {
      for (const shots of shotCounts) {
        const files = await Promise.all(
          source.seeds.slice(0, maxSeeds).map((seed) => source.open(seed, runtime)),
        )
        const present = files.filter((file) => file !== undefined)
        if (present.length === 0) {
          rows.push({ quantity: source.name, ours: 'skipped: its images or features are not here' })
          break
        }
        if (!present.every((file) => file.shots.includes(shots))) continue
        rows.push(
          ...(await measureAll(source.name, shots, present, registry.methods, registry.space, kernels)),
        )
      }
    }
    await runtime.close()
    return rows
  },
}

async function measureAll(
  dataset: string,
  shots: number,
  files: readonly FeatureFile[],
  methods: readonly Method[],
  spaceOf: (id: string) => FeatureSpace,
  kernels: Kernels,
): Promise<Row[]> {
  const measured = new Map<string, Measured[]>()
  for (const file of files) {
    const support = file.support(shots)
    const caches = createCaches(support, kernels)
    for (const method of methods) {
      // A variant in another space is its method in that space.
      if (method.variantOf !== undefined) continue
      for (const space of method.space === null ? ['clip'] : spaces) {
        const name = method.space === null ? method.id : `${method.id} in ${space}`
        const request = { method, space: spaceOf(space), support, caches, kernels }
        const found = await measure(request, file)
        measured.set(name, [...(measured.get(name) ?? []), found])
      }
    }
  }
  return [...measured].map(([name, all]) => {
    const mean = (of: (each: Measured) => number) => meanOf(all.map(of))
    return {
      quantity: `${dataset}, ${shots} shots, ${name}`,
      ours: `calibration error ${points(mean(({ after }) => after))}, sets hold ${points(mean((each) => each.covered))} % with ${mean(({ size }) => size).toFixed(2)} classes`,
      baseline: `without temperature ${points(mean(({ before }) => before))}, by sampling alone ${points(mean(({ sampling }) => sampling))}; accuracy ${mean(({ accuracy }) => accuracy).toFixed(1)} %`,
    }
  })
}

interface Measured {
  readonly before: number
  readonly after: number
  readonly sampling: number
  readonly accuracy: number
  readonly covered: number
  readonly size: number
}

async function measure(
  request: Omit<Parameters<typeof fitMethod>[0], 'selection'>,
  { test }: FeatureFile,
): Promise<Measured> {
  const fitted = await fitMethod({ ...request, selection: 'LEAVE_ONE_OUT' })
  const { temperature, calibration: probabilities } = fitted
  const [raw, calibrated] = [
    createTally(),
    createTally({ temperature, threshold: thresholdOf(probabilities, coverage) }),
  ]
  for await (const { batch, scores } of scoreQueries(fitted, test.features)) {
    const labels = test.labels.subarray(batch.from, batch.from + batch.rows)
    raw.add(scores.logits, labels)
    calibrated.add(scores.logits, labels)
  }
  const result = calibrated.finish()
  return {
    before: raw.finish().calibrationError,
    after: result.calibrationError,
    sampling: bySampling(result.confidence),
    accuracy: result.accuracy,
    covered: meanOf(result.covered ?? []),
    size: meanOf(result.setSize ?? []),
  }
}

/** The mean error that a calibrated classifier with these confidences shows on as many images, over 20 draws. */
function bySampling(confidences: Float32Array): number {
  const random = seeded('calibration by sampling')
  let sum = 0
  for (let draw = 0; draw < 20; draw++) {
    const gaps = new Float64Array(15)
    for (const confidence of confidences) {
      const bin = Math.min(14, Math.max(0, Math.ceil(confidence * 15) - 1))
      gaps[bin] = (gaps[bin] as number) + confidence - Number(random.next() < confidence)
    }
    sum += gaps.reduce((all, gap) => all + Math.abs(gap), 0) / confidences.length
  }
  return sum / 20
}

const points = (error: number): string => `${(100 * error).toFixed(1)} points`
