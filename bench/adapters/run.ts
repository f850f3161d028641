import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { selectionFor } from '../../src/cli/run-comparison.js'
import { writeAdapter } from '../../src/encoders/adapters/adapter.js'
import { openLibrary } from '../../src/library/library.js'
import { readSettings } from '../../src/settings/settings.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import { type ObjectiveName, objectiveNames, parseTrainingSettings } from '../../src/training/settings.js'
import { trainAdapter, trainingSteps } from '../../src/training/train-adapter.js'
import { sharedFolder } from '../data.js'
import { describeStudy, type Studied } from './describe.js'

/**
 * Trains adapters of the embedded encoder on generic images, with both objectives and three seeds. Measures their
 * overlap and accuracy on other images, next to the shipped adapter and the training-free spaces. Prints Markdown.
 *
 *     npm run adapters
 *     npm run adapters -- --objective supervised --seeds 1    # a part of it
 *     npm run adapters -- --epochs 3                          # fewer than the paper's ten for self-supervised training
 */
const { values } = parseArgs({
  options: {
    objective: { type: 'string' },
    seeds: { type: 'string', default: '1,2,3' },
    epochs: { type: 'string' },
  },
})
const objectives = objectiveNames.filter((name) => name === (values.objective ?? name))
const seeds = values.seeds.split(',').map(Number)
const supportSeeds = [1, 2, 3]
const shots = [1, 4, 16]
/** Shares of the first seed's training at which the adapter is measured too. */
const snapshots = [1 / 8, 1 / 4, 1 / 2]

const generic = await sharedFolder('tiny-imagenet-50')
const photos = await sharedFolder('cifar10-photos')
if (!generic || !photos) {
  console.error('The generic images or the photos are missing (see bench/data.ts).')
  process.exit(1)
}
const demo = fileURLToPath(new URL('../../demo/fashion-mnist', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'shotboard-adapters-'))
const library = await openLibrary(readSettings({ SHOTBOARD_DATA_DIR: folder }))
// A `++` method is another one in `imo`, and spaces on `imo` are left out: the trained adapters stand beside it.
const methods = library.registry.methods
  .filter(({ space, variantOf }) => space !== null && variantOf === undefined)
  .map(({ id }) => id)
const fixedSpaces = library.registry.spaces.map(({ id }) => id).filter((id) => !id.includes('+'))
try {
  const { dataset } = await library.imports.importPath(generic)
  for (const objective of objectives) {
    for (const seed of seeds) await train(objective, seed, dataset.id)
  }
  const studied: Studied[] = []
  for (const path of [photos, demo]) studied.push(await study(path))
  console.log(describeStudy(studied, { shots, methods, spaces: fixedSpaces, objectives, seeds }))
} finally {
  await library.close()
  await rm(folder, { recursive: true })
}
process.exit(0)

/** Trains one adapter and adds it. For the first seed, adds its checkpoints too. */
async function train(objective: ObjectiveName, seed: number, datasetId: string): Promise<void> {
  const settings = parseTrainingSettings({
    ...{ objective, seed },
    ...(values.epochs !== undefined && objective === 'self-supervised' && { epochs: Number(values.epochs) }),
  })
  const rows = await library.store.datasets.images(datasetId)
  const images = rows.map(({ imageId, classIndex }) => ({
    id: imageId,
    classIndex,
    read: () => library.imageFiles.read(imageId),
  }))
  const steps = trainingSteps(settings, images)
  const wanted = new Set(seed === seeds[0] ? snapshots.map((share) => Math.round(share * steps)) : [])
  const runtime = openRuntime()
  const started = performance.now()
  const classes = (await library.store.datasets.classes(datasetId)).length
  const { adapter, losses } = await trainAdapter(runtime, {
    model: library.encoders.model('mini-clip'),
    imageWorkers: library.imageWorkers,
    ...{ images, classes, settings },
    async onStep(done, all, current) {
      if (done % 20 === 0) console.error(`${objective} ${seed}: step ${done} of ${steps}, loss ${all.at(-1)}`)
      if (wanted.has(done)) await add(`${objective}-${seed}-step-${done}`, current())
    },
  })
  await runtime.close()
  await add(`${objective}-${seed}`, adapter)
  const seconds = Math.round((performance.now() - started) / 1000)
  console.error(`${objective} ${seed}: ${steps} steps, ${seconds} s, loss ${losses[0]} to ${losses.at(-1)}`)
}

async function add(
  name: string,
  adapter: Awaited<ReturnType<typeof trainAdapter>>['adapter'],
): Promise<void> {
  const file = join(folder, 'made.safetensors')
  await writeAdapter(file, { ...adapter, encoder: 'mini-clip', provenance: 'npm run adapters' })
  await library.adapters.add({ name, content: await readFile(file) })
}

/** Overlap, accuracy and their correlation on one dataset, in every space. */
async function study(path: string): Promise<Studied> {
  const { dataset } = await library.imports.importPath(path)
  const added = (await library.adapters.list()).map(({ name }) => `imo:${name}`)
  const spaces = [...fixedSpaces, ...added]
  const overlap = await library.overlap({ dataset: dataset.id, split: 'TEST', spaces, bins: 200 })
  const { id } = await library.comparisons.compare({
    ...{ dataset: dataset.id, shots, seeds: supportSeeds },
    methods: methods.flatMap((method) => spaces.map((space) => ({ method, space }))),
    selection: await selectionFor(library, dataset.id),
    klScaling: 'FROZEN',
    augmentations: 1,
  })
  const ended = await library.comparisons.ended(id)
  if (ended.status !== 'SUCCEEDED') throw new Error(ended.error ?? ended.status)
  const runs = await library.store.comparisons.runs(id)
  return { dataset: dataset.name, overlap, runs, correlation: await library.overlapCorrelation([id]) }
}
