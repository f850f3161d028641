import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { CompareInput } from '../../src/comparisons/plan-comparison.js'
import type { LabelledImageInput } from '../../src/datasets/datasets.js'
import type { RunRow } from '../../src/store/runs.js'
import { temporaryFolder } from '../helpers/folder.js'
import { linkModel } from '../helpers/library-comparisons.js'
import { startTestServer } from '../helpers/server.js'
import { smallTraining } from '../helpers/training.js'

const demo = fileURLToPath(new URL('../../demo/fashion-mnist', import.meta.url))
const names = ['ankle boot', 'bag', 'coat', 'pullover', 'shirt']

const models = await temporaryFolder()
await linkModel(join(models, 'mini-clip'), {})
await linkModel(join(models, 'second'), { id: 'second', name: 'Second' })
const server = await startTestServer({ SHOTBOARD_MODELS_DIR: models, SHOTBOARD_MAX_RUNS: '5000' })
const { library } = server
const sizes = { SUPPORT_POOL: 6, VALIDATION: 3, TEST: 4 }
const own = await demoPart('Measured', names, 0)
const shifted = await demoPart('Shifted', names, 10)
const strangers = await demoPart('Strangers', ['sandal', 'dress'], 0)
const pool = await library.store.datasets.images(own, 'SUPPORT_POOL')

/** Some images of some of the demo's classes. */
async function demoPart(name: string, classes: readonly string[], skipped: number): Promise<string> {
  const description = JSON.parse(await readFile(join(demo, 'dataset.json'), 'utf8')) as {
    classes: { name: string; folder?: string; prompts: string[] }[]
  }
  const chosen = description.classes.filter((each) => classes.includes(each.name))
  const dataset = await library.datasets.create({
    name,
    classes: chosen.map(({ name, prompts }) => ({ name, prompts })),
  })
  const images: LabelledImageInput[] = []
  for (const [split, count] of Object.entries(sizes) as [keyof typeof sizes, number][]) {
    for (const { name, folder = name } of chosen) {
      const at = join(demo, split.toLowerCase(), folder)
      for (const file of (await readdir(at)).sort().slice(skipped, skipped + count)) {
        const base64 = (await readFile(join(at, file))).toString('base64')
        images.push({ image: { base64 }, class: name, split })
      }
    }
  }
  await library.datasets.addImages({ dataset: dataset.id, images })
  return dataset.id
}

const everything = library.registry.methods.flatMap(({ id, space, spaces }) =>
  space === null
    ? [{ method: id }]
    : (spaces ?? library.registry.spaces.map((each) => each.id)).map((each) => ({ method: id, space: each })),
)

/** As `everything`, with the greatest value of each method's first hyperparameter. */
const asked = everything.map((each) => {
  const [first] = Object.entries(library.registry.method(each.method).hyperparameters)
  return { ...each, hyperparameters: first ? [{ name: first[0], value: first[1].grid.at(-1) ?? 0 }] : [] }
})

const training = await library.trainings.train({ dataset: strangers, name: 'mine', ...smallTraining })
await library.trainings.ended(training.id)
const ofAdapter = everything.flatMap(({ method, ...where }) =>
  'space' in where && where.space === 'imo' && method !== 'text-prototype'
    ? [{ method, space: 'imo:mine' }]
    : [],
)

const protocols: Readonly<Record<string, Partial<CompareInput>>> = {
  'hyperparameters that are fixed': { selection: 'NONE' },
  LEAVE_ONE_OUT: { selection: 'LEAVE_ONE_OUT' },
  VALIDATION: { selection: 'VALIDATION' },
  'ranges over all test images': { selection: 'VALIDATION', klScaling: 'BATCH' },
  'images of each class in several views': { selection: 'LEAVE_ONE_OUT', augmentations: 3 },
  'successive halving': { selection: 'LEAVE_ONE_OUT', search: 'HALVING' },
  'a class held out, and strangers': {
    selection: 'VALIDATION',
    holdOut: ['bag'],
    unknownDataset: strangers,
    coverage: 0.7,
    klScaling: 'BATCH',
  },
  'the test images of another dataset': {
    selection: 'LEAVE_ONE_OUT',
    testDataset: shifted,
    klScaling: 'BATCH',
  },
  'all images of the pool': { selection: 'LEAVE_ONE_OUT', drawing: 'ALL', shots: null },
  'images that were chosen': {
    selection: 'LEAVE_ONE_OUT',
    shots: null,
    supportImages: pool.filter((_, i) => i % 3 !== 1).map(({ imageId }) => imageId),
  },
  'hyperparameters that were asked for': { selection: 'LEAVE_ONE_OUT', methods: asked },
  'an adapter that was trained': { selection: 'LEAVE_ONE_OUT', methods: ofAdapter },
  'two encoders': { selection: 'LEAVE_ONE_OUT', encoders: ['mini-clip', 'second'] },
}

const document = `query ($input: PredictInput!) { predict(input: $input) {
  inSupportSet
  predictions {
    method { id } space { id } encoder { id } temperature hyperparameters { name value }
    error { code }
    top { class { index } probability logit }
    set(coverage: COVERAGE) { index }
  }
} }`

interface Answer {
  readonly inSupportSet: boolean
  readonly predictions: readonly {
    readonly method: { readonly id: string }
    readonly space: { readonly id: string } | null
    readonly encoder: { readonly id: string }
    readonly temperature: number
    readonly hyperparameters: readonly { readonly name: string; readonly value: number }[]
    readonly error: { readonly code: string } | null
    readonly top: readonly {
      readonly class: { readonly index: number }
      readonly probability: number
      readonly logit: number
    }[]
    readonly set: readonly { readonly index: number }[] | null
  }[]
}

test.each(Object.entries(protocols))(
  'by %s, every method answers in every space as it was measured',
  async (_, protocol) => {
    const { id } = await library.comparisons.compare({
      ...{ dataset: own, shots: [4], seeds: [5], methods: everything },
      ...{ klScaling: 'FROZEN', augmentations: 1, selection: 'NONE' },
      ...protocol,
    })
    await library.comparisons.ended(id)
    const runs = await library.store.comparisons.runs(id)
    const failed = runs.filter(({ status }) => status !== 'SUCCEEDED')
    // The adapter's spaces cannot compare images with texts.
    for (const { error } of failed) expect(error).toContain('does not project texts')
    expect(failed.every(({ method, space }) => method === 'text-prototype' && space?.startsWith('imo'))).toBe(
      true,
    )
    const [first] = runs as [RunRow]
    const [shots, seed] = [
      Math.max(...runs.map((run) => run.shots)),
      Math.max(...runs.map((run) => run.seed)),
    ]
    const ofSupportSet = runs.filter(
      (run) => run.shots === shots && run.seed === seed && run.status === 'SUCCEEDED',
    )
    const images = await library.store.datasets.images(protocol.testDataset ?? own, 'TEST')
    const kept = images.filter(({ classIndex }) => !first.holdOut.includes(classIndex))
    const { predict } = await server.query<{ predict: Answer[] }>(
      document.replace('COVERAGE', String(protocol.coverage ?? 0.9)),
      {
        input: {
          source: { comparison: id },
          shots,
          seed,
          topK: 5,
          images: kept.map(({ imageId }) => ({ id: imageId })),
        },
      },
    )
    const differing: object[] = []
    for (const [m, run] of ofSupportSet.entries()) {
      const measured = await library.runResults.read(run.id)
      for (const [i, { predictions }] of predict.entries()) {
        const answer = predictions[m]
        const ranking = answer?.top.map((each) => each.class.index) ?? []
        const found = {
          method: answer?.method.id,
          space: answer?.space?.id ?? null,
          encoder: answer?.encoder.id,
          values: Object.fromEntries(answer?.hyperparameters.map(({ name, value }) => [name, value]) ?? []),
          predicted: ranking[0],
          rank: ranking.indexOf(measured.labels[i] as number),
          setSize: answer?.set?.length ?? null,
        }
        const expected = {
          method: run.method,
          space: run.space,
          encoder: run.encoder,
          values: run.result?.hyperparameters,
          predicted: measured.predicted[i],
          rank: measured.rank?.[i],
          setSize: measured.setSize?.[i] ?? null,
        }
        const probability =
          (answer?.top[0]?.probability ?? Number.NaN) - (measured.confidence?.[i] ?? Number.NaN)
        if (JSON.stringify(found) !== JSON.stringify(expected) || !(Math.abs(probability) < 1e-5)) {
          differing.push({ i, found, expected, probability })
        }
      }
    }
    expect(differing.length, JSON.stringify(differing.slice(0, 5), null, 1)).toBe(0)
  },
)
