import { fileURLToPath } from 'node:url'
import { createCaches } from '../../src/cache/caches.js'
import { imagesOfClasses, keptClasses, supportOfClasses } from '../../src/comparisons/held-out.js'
import { matchConfidence } from '../../src/evaluation/confidence-match.js'
import { type FitOptions, type FittedMethod, fitMethod, scoreQueries } from '../../src/evaluation/fit.js'
import { createTally } from '../../src/evaluation/metrics.js'
import { areaUnderRoc, thresholdOf } from '../../src/evaluation/prediction-set.js'
import { levelled } from '../../src/evaluation/probabilities.js'
import { softmax } from '../../src/evaluation/softmax.js'
import { meanOf } from '../../src/evaluation/statistics/moments.js'
import { fitTemperature } from '../../src/evaluation/temperature.js'
import type { FeatureFile } from '../../src/features/feature-file.js'
import type { LabelledImages } from '../../src/features/labelled-images.js'
import { featuresOf } from '../../src/features/space-features.js'
import type { Method } from '../../src/methods/contract.js'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import type { FeatureSpace } from '../../src/spaces/contract.js'
import { seeded } from '../../src/system/random.js'
import { createKernels, type Kernels } from '../../src/tensor/kernels.js'
import { gatherRows, type Matrix, rowOf, stackRows } from '../../src/tensor/matrix.js'
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
const shotCounts = [1, 4, 16]
const maxSeeds = 5
/** Of the support sets that are drawn from a file, besides its own. */
const seedsOfFiles = [2, 3, 4, 5]
const coverage = 0.9
/** Every so manieth class is held out to have images of no class. */
const heldOut = 5

/**
 * The expected calibration error of every built-in method, before and after its temperature, and with the one that makes the
 * mean confidence on the test images equal their accuracy, which nobody can know; and what prediction sets with a coverage of
 * 90 % reach. By LEAVE_ONE_OUT on the support images alone, the mean of five support sets, and how much they differ. Each error is held against what
 * the sampling of the images to select on and to test gives by itself. The same as tables in
 * Markdown goes to standard error.
 */
export const calibration: Benchmark = {
  name: 'calibration',
  async run() {
    const registry = createRegistry([builtin()])
    const runtime = openRuntime()
    const kernels = createKernels(runtime)
    const rows: Row[] = []
    const cells: Cell[] = []
    for (const source of datasets) {
      for (const shots of shotCounts) {
        const files = await Promise.all(
          source.seeds.slice(0, maxSeeds).map((seed) => source.open(seed, runtime)),
        )
        const opened = files.filter((file) => file !== undefined)
        const [first] = opened
        // A support set of sun397 takes longer than all the others together.
        const drawnSeeds = source.seeds.length > 1 || source.name === 'sun397' ? [] : seedsOfFiles
        const present = [...opened, ...(first ? drawnSeeds.map((seed) => drawnFrom(first, seed)) : [])]
        if (present.length === 0) {
          rows.push({ quantity: source.name, ours: 'skipped: its images or features are not here' })
          break
        }
        if (!present.every((file) => file.shots.includes(shots))) continue
        cells.push(
          ...(await measureAll(source.name, shots, present, registry.methods, registry.space, kernels)),
        )
      }
    }
    await runtime.close()
    console.error(tablesOf(cells))
    return [...rows, ...cells.map(lineOf), ...shotCounts.map((shots) => summaryOf(cells, shots))]
  },
}

/** What was measured, the mean over support sets. Errors and shares are from 0 to 1. */
interface Measured {
  readonly before: number
  readonly after: number
  /** With the temperature whose mean confidence is the accuracy. */
  readonly matched: number
  readonly sampling: number
  readonly accuracy: number
  /**
   * The error with a temperature fitted to as many labelled test images as there are images to select on, the mean over draws: what
   * so many images can tell. NaN if there are not twice as many test images.
   */
  readonly fresh: number
  /** NaN without sets. */
  readonly covered: number
  /** The share of support sets whose coverage is within 2 points of the promise, and that of thresholds from as many test images. */
  readonly within: number
  readonly freshWithin: number
  readonly size: number
  /** The mean confidence less the accuracy. */
  readonly gap: number
  /**
   * The error of a method whose probabilities are right at one temperature, which is fitted to as many images as there are to select on
   * and measured on as many as there are to test: its mean, and its variance from one draw to another.
   */
  readonly both: number
  readonly bothVariance: number
  /** The number of images to select on, and to test. */
  readonly selected: number
  readonly tested: number
  readonly supportSets: number
  /** With classes held out. */
  readonly area: number
  readonly turnedAway: number
}

interface Cell extends Measured {
  readonly dataset: string
  readonly shots: number
  readonly method: string
  /** The standard deviations from support set to support set; NaN for one. */
  readonly gapSpread: number
  readonly coveredSpread: number
}

/** The feature file with a support set of its own: drawn from its largest and, since no protocol here selects on it, its validation split. */
function drawnFrom(file: FeatureFile, seed: number): FeatureFile {
  return {
    ...file,
    support(shots) {
      const largest = file.support(Math.max(...file.shots))
      const parts = [largest, ...(file.validation ? [file.validation] : [])]
      const labels = parts.flatMap((part) => [...part.labels])
      const counts = new Map<number, number>()
      const rows = seeded('support set', String(seed))
        .shuffled([...labels.keys()])
        .filter((i) => {
          const count = counts.get(labels[i] as number) ?? 0
          counts.set(labels[i] as number, count + 1)
          return count < shots
        })
      const clip = stackRows(parts.map(({ features: of }) => featuresOf(of, 'clip')))
      return {
        ...largest,
        features: { clip: gatherRows(clip, rows) },
        labels: Int32Array.from(rows, (i) => labels[i] as number),
      }
    },
  }
}

async function measureAll(
  dataset: string,
  shots: number,
  files: readonly FeatureFile[],
  methods: readonly Method[],
  spaceOf: (id: string) => FeatureSpace,
  kernels: Kernels,
): Promise<Cell[]> {
  const measured = new Map<string, Measured[]>()
  for (const file of files) {
    const support = file.support(shots)
    const kept = keptClasses(support.classes, [...Array(support.classes).keys()].filter(isHeldOut))
    const fewer = supportOfClasses(support, kept)
    const [caches, cachesOfFewer] = [createCaches(support, kernels), createCaches(fewer, kernels)]
    for (const method of methods) {
      // A variant in another space is its method in that space. These files have no features of single prompts.
      if (method.variantOf !== undefined || method.needs?.includes('prompts')) continue
      for (const space of method.space === null ? ['clip'] : spaces) {
        const name = method.space === null ? method.id : `${method.id} in ${space}`
        const request = { method, space: spaceOf(space), kernels, selection: 'LEAVE_ONE_OUT' as const }
        const found = {
          ...(await measure({ ...request, support, caches }, file.test)),
          supportSets: 1,
          ...(await measureUnknown({ ...request, support: fewer, caches: cachesOfFewer }, file.test, kept)),
        }
        measured.set(name, [...(measured.get(name) ?? []), found])
      }
    }
  }
  return [...measured].map(([method, all]) => {
    const mean = (name: keyof Measured) => meanOf(all.map((each) => each[name]))
    return {
      ...{ dataset, shots, method },
      ...{ before: mean('before'), after: mean('after'), matched: mean('matched') },
      ...{ sampling: mean('sampling'), accuracy: mean('accuracy') },
      ...{ both: mean('both'), bothVariance: mean('bothVariance') },
      ...{ selected: mean('selected'), tested: mean('tested'), supportSets: all.length },
      ...{ fresh: mean('fresh'), within: mean('within'), freshWithin: mean('freshWithin') },
      ...{ covered: mean('covered'), size: mean('size'), gap: mean('gap') },
      gapSpread: spreadOf(all.map(({ gap }) => gap)),
      coveredSpread: spreadOf(all.map(({ covered }) => covered)),
      ...{ area: mean('area'), turnedAway: mean('turnedAway') },
    }
  })
}

function spreadOf(values: readonly number[]): number {
  const mean = meanOf(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
}

const isHeldOut = (c: number): boolean => c % heldOut === heldOut - 1

async function measure(
  request: FitOptions,
  test: LabelledImages,
): Promise<Omit<Measured, 'area' | 'turnedAway' | 'supportSets'>> {
  const fitted = await fitMethod(request)
  const { logits: raw, temperature } = await logitsOf(fitted, test)
  const logits = levelled(raw, fitted.typicalSpread)
  const errorAt = (at: number) => {
    const tally = createTally({ temperature: at })
    tally.add(logits, test.labels)
    return tally.finish().calibrationError
  }
  const tally = createTally({ temperature, threshold: thresholdOf(fitted.calibration, coverage) })
  tally.add(logits, test.labels)
  const result = tally.finish()
  const range = { low: 1e-4 * temperature, high: 1e4 * temperature }
  const matched = matchConfidence(logits, result.accuracy / 100, range)
  const covered = result.covered ? meanOf(result.covered) : Number.NaN
  const unbent = createTally()
  unbent.add(raw, test.labels)
  return {
    ...byFreshImages(logits, test.labels, fitted.calibration.length, errorAt),
    within: isWithin(covered),
    before: unbent.finish().calibrationError,
    after: result.calibrationError,
    matched: errorAt(matched),
    gap: meanOf(result.confidence) - result.accuracy / 100,
    sampling: bySampling(result.confidence),
    ...byBothSamplings(logits, matched, fitted.calibration.length),
    selected: fitted.calibration.length,
    tested: test.labels.length,
    accuracy: result.accuracy / 100,
    covered,
    size: result.setSize ? meanOf(result.setSize) : Number.NaN,
  }
}

const isWithin = (covered: number): number =>
  Number.isNaN(covered) ? Number.NaN : Number(Math.abs(covered - coverage) <= 0.02)

const freshDraws = 10

/** What `count` images can tell about a temperature and a threshold that are of the same kind as the test images: some of these. */
function byFreshImages(
  logits: Matrix,
  labels: Int32Array,
  count: number,
  errorAt: (temperature: number) => number,
): Pick<Measured, 'fresh' | 'freshWithin'> {
  if (count === 0 || 2 * count > labels.length) return { fresh: Number.NaN, freshWithin: Number.NaN }
  const random = seeded('fresh images')
  let [errors, hits] = [0, 0]
  for (let draw = 0; draw < freshDraws; draw++) {
    const order = random.shuffled([...labels.keys()])
    const chosen = order.slice(0, count)
    const drawn = {
      logits: gatherRows(logits, chosen),
      labels: Int32Array.from(chosen, (i) => labels[i] as number),
    }
    const temperature = fitTemperature(drawn) ?? 1
    const trueProbability = (i: number) =>
      softmax(rowOf(logits, i), temperature)[labels[i] as number] as number
    const threshold = thresholdOf(Float64Array.from(chosen, trueProbability), coverage) ?? 0
    const rest = order.slice(count)
    errors += errorAt(temperature)
    hits += isWithin(meanOf(rest.map((i) => Number(trueProbability(i) >= threshold))))
  }
  return { fresh: errors / freshDraws, freshWithin: hits / freshDraws }
}

/** How well images of the classes that a method has are told from those of the others. */
async function measureUnknown(
  request: FitOptions,
  test: LabelledImages,
  kept: readonly number[],
): Promise<Pick<Measured, 'area' | 'turnedAway'>> {
  const fitted = await fitMethod(request)
  const isKept = new Set(kept)
  const others = Array.from(new Set(test.labels)).filter((c) => !isKept.has(c))
  const known = imagesOfClasses(test, kept)
  const unknown = imagesOfClasses(test, others)
  const threshold = thresholdOf(fitted.calibration, coverage)
  // Images of no class have the temperature of the others.
  const { logits, temperature } = await logitsOf(fitted, known)
  const of = { temperature, typicalSpread: fitted.typicalSpread }
  const [ofKnown, ofUnknown] = [createTally(of), createTally({ ...of, threshold })]
  ofKnown.add(logits, known.labels)
  ofUnknown.add((await logitsOf(fitted, unknown)).logits, unknown.labels)
  const { confidence, setSize } = ofUnknown.finish()
  return {
    area: areaUnderRoc(ofKnown.finish().confidence, confidence) ?? Number.NaN,
    turnedAway: setSize ? meanOf(Float64Array.from(setSize, (size) => Number(size === 0))) : Number.NaN,
  }
}

async function logitsOf(
  fitted: FittedMethod,
  { features }: LabelledImages,
): Promise<{ logits: Matrix; temperature: number }> {
  const parts: Matrix[] = []
  let { temperature } = fitted
  for await (const scored of scoreQueries(fitted, features)) {
    parts.push(scored.scores.logits)
    temperature = scored.temperature
  }
  return { logits: stackRows(parts), temperature }
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

const bothDraws = 20

/**
 * The error that both samplings alone give: labels are drawn by the method's own probabilities, at the temperature with the right mean. So one
 * temperature is right, and only how few images select and test it stands between it and an error of 0. NaN if there are no images to
 * select on.
 */
function byBothSamplings(
  logits: Matrix,
  temperature: number,
  count: number,
): Pick<Measured, 'both' | 'bothVariance'> {
  if (count === 0) return { both: Number.NaN, bothVariance: Number.NaN }
  const random = seeded('both samplings')
  const drawn = (i: number): number => {
    const probabilities = softmax(rowOf(logits, i), temperature)
    let left = random.next()
    for (const [c, probability] of probabilities.entries()) {
      left -= probability
      if (left < 0) return c
    }
    return probabilities.length - 1
  }
  const errors = Array.from({ length: bothDraws }, () => {
    const chosen = Array.from({ length: count }, () => Math.floor(logits.rows * random.next()))
    const labels = Int32Array.from(chosen, drawn)
    const tally = createTally({
      temperature: fitTemperature({ logits: gatherRows(logits, chosen), labels }) ?? 1,
    })
    tally.add(
      logits,
      Int32Array.from({ length: logits.rows }, (_, i) => drawn(i)),
    )
    return tally.finish().calibrationError
  })
  const mean = meanOf(errors)
  return { both: mean, bothVariance: meanOf(errors.map((error) => (error - mean) ** 2)) }
}

/** The error that counts as calibrated: 5 points, or what both samplings give in the mean. */
const aimOf = ({ both, sampling }: Measured): number => Math.max(0.05, Number.isNaN(both) ? sampling : both)

/** Whether the error is more than chance explains: beyond 19 in 20 of what both samplings give. */
const missesError = (cell: Measured): boolean =>
  cell.after > aimOf(cell) + 1.645 * Math.sqrt(cell.bothVariance / cell.supportSets)

/**
 * Whether the coverage is off by more than 2 points and more than chance explains: 19 in 20 of what as many images to select and to test
 * give. The test images are the same for all support sets.
 */
function missesCoverage({ covered, selected, tested, supportSets }: Measured): boolean {
  const spread = Math.sqrt(coverage * (1 - coverage) * (1 / (supportSets * (selected + 2)) + 1 / tested))
  return Math.abs(covered - coverage) > Math.max(0.02, 1.96 * spread)
}

function lineOf({ dataset, shots, method, ...cell }: Cell): Row {
  return {
    quantity: `${dataset}, ${shots} ${shots === 1 ? 'shot' : 'shots'}, ${method}`,
    ours: `calibration error ${points(cell.after)}${missesError(cell) ? ' (a miss by more than chance)' : ''}, confidence less accuracy ${points(cell.gap)} ± ${percent(cell.gapSpread)} over ${cell.supportSets} support sets, sets hold ${percent(cell.covered)} ± ${percent(cell.coveredSpread)} %${missesCoverage(cell) ? ' (a miss by more than chance)' : ''} with ${number(cell.size, 2)} classes`,
    baseline: `without temperature ${points(cell.before)}, with the accuracy known ${points(cell.matched)}, by the sampling of test images alone ${points(cell.sampling)}, of both ${points(cell.both)}; accuracy ${percent(cell.accuracy)} %`,
    ratio: `classes held out: AUROC ${number(cell.area, 3)}, turned away ${percent(cell.turnedAway)} %`,
  }
}

function summaryOf(cells: readonly Cell[], shots: number): Row {
  const all = cells.filter((cell) => cell.shots === shots)
  const mean = (name: 'before' | 'after' | 'matched' | 'fresh') =>
    points(meanOf(all.map((cell) => cell[name])))
  const reached = (name: 'after' | 'matched' | 'fresh') =>
    all.filter((cell) => cell[name] <= aimOf(cell)).length
  const meanWithin = (name: 'within' | 'freshWithin') => meanOf(all.map((cell) => cell[name]))
  const within = (distance: number) =>
    all.filter(({ covered }) => Math.abs(covered - coverage) <= distance).length
  return {
    quantity: `${shots} ${shots === 1 ? 'shot' : 'shots'}, all ${all.length} cells`,
    ours: `mean error ${mean('after')}, ${reached('after')} reach the aim (5 points, or what both samplings give), ${all.filter(missesError).length} miss it by more than chance; ${all.filter(missesCoverage).length} sets miss the promise by more than 2 points and chance; ${within(0.02)} sets within 2 points in the mean over support sets, ${within(0.03)} within 3; ${percent(meanWithin('within'))} % of support sets`,
    baseline: `without temperature ${mean('before')}; with the accuracy known ${mean('matched')}, ${reached('matched')} reach the aim; from as many test images ${mean('fresh')}, ${reached('fresh')} reach the aim, ${percent(meanWithin('freshWithin'))} % of sets within 2 points`,
  }
}

/** The tables of docs/benchmarks.md. */
function tablesOf(cells: readonly Cell[]): string {
  const table = (title: string, shots: number, show: (cell: Cell) => string) => {
    const of = cells.filter((cell) => cell.shots === shots)
    const [names, methods] = [
      [...new Set(of.map(({ dataset }) => dataset))],
      [...new Set(of.map((cell) => cell.method))],
    ]
    const lines = methods.map((method) => [
      method,
      ...names.map((name) => {
        const cell = of.find((each) => each.dataset === name && each.method === method)
        return cell ? show(cell) : ''
      }),
    ])
    const rows = [['method', ...names], ['', ...names].map(() => '---'), ...lines]
    return `${title}, ${shots} ${shots === 1 ? 'shot' : 'shots'}:\n\n${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}`
  }
  const errorsOf = ({ before, after, matched }: Cell) =>
    `${percent(before)} → ${percent(after)} (${percent(matched)})`
  const setsOf = ({ covered, size }: Cell) => `${percent(covered)} (${number(size, 2)})`
  const unknownOf = ({ area, turnedAway }: Cell) => `${number(area, 2)} (${percent(turnedAway)})`
  return [
    ...shotCounts.map((shots) =>
      table('Calibration error, without → with (accuracy known)', shots, errorsOf),
    ),
    ...shotCounts.slice(1).map((shots) => table('Coverage (mean size)', shots, setsOf)),
    ...shotCounts.slice(1).map((shots) => table('AUROC (turned away)', shots, unknownOf)),
  ].join('\n\n')
}

const number = (value: number, digits: number): string => (Number.isNaN(value) ? '–' : value.toFixed(digits))
const percent = (share: number): string => number(100 * share, 1)
const points = (error: number): string => `${percent(error)} points`
