import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createCaches } from '../../src/cache/caches.js'
import { evaluate } from '../../src/evaluation/evaluate.js'
import type { Selection } from '../../src/evaluation/protocol.js'
import { type FeatureFile, readFeatureFile } from '../../src/features/feature-file.js'
import { readGenericFeatures } from '../../src/features/generic-file.js'
import type { Support } from '../../src/features/support.js'
import { withoutTexts } from '../../src/methods/without-texts.js'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { genericCovariance, measureGeneric } from '../../src/spaces/fitting/generic-covariance.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { matrix } from '../../src/tensor/matrix.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import { sharedFolder } from '../data.js'

/*
 * Measures methods on real features of CLIP ViT-B/32, and writes docs/accuracy.csv, the tables of docs/accuracy.md and their
 * figure:
 *
 *     npm run accuracy                    # all of it
 *     npm run accuracy -- --only dtd      # one data set: its lines replace the earlier ones
 *     npm run accuracy -- --selection LEAVE_ONE_OUT --method gda,timo --shots 8    # some of them
 *     npm run accuracy -- --method prototype --space plda --texts true         # in one space, with texts alone
 *
 * The data are not part of the project; a data set that is missing is left out. A row has the accuracy in percent, the number of test
 * images, and, where there are texts, the gain over zero-shot CLIP with its standard error over the test images.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    selection: { type: 'string' },
    method: { type: 'string' },
    shots: { type: 'string' },
    space: { type: 'string' },
    texts: { type: 'string' },
  },
})

const datasets = ['caltech61', 'dtd', 'flowers102', 'sun397']
const generic = 'generic-clip-vit-b32'
const alone: readonly (readonly [string, string])[] = [
  ['tip-adapter', 'clip'],
  ['prototype', 'clip'],
  ['gda', 'clip'],
  ['lda', 'clip'],
  ['ridge', 'shrunk'],
  ['knn', 'plda'],
  ['prototype', 'centred'],
  ['prototype', 'whitened'],
  ['prototype', 'shrunk'],
  ['prototype', 'generic'],
  ['prototype', 'generic+shrunk'],
  ['prototype', 'plda'],
  ['shared-prototype', 'shrunk'],
  ['shared-prototype', 'plda'],
]
const texts: readonly (readonly [string, string])[] = [
  ['zero-shot', 'clip'],
  ['tip-adapter', 'clip'],
  ['tip-x', 'clip'],
  ['ape', 'clip'],
  ['proker', 'clip'],
  ['gda', 'clip'],
  ['timo', 'clip'],
  ['prototype', 'shrunk'],
  ['prototype', 'plda'],
  ['text-prototype', 'shrunk'],
  ['text-prototype', 'plda'],
  ['shared-prototype', 'plda'],
  ['transclip', 'clip'],
]

const file = fileURLToPath(new URL('../../docs/accuracy.csv', import.meta.url))
const header = 'dataset,shots,selection,texts,method,space,accuracy,images,gain,gain_error'
const runtime = openRuntime()
const kernels = createKernels(runtime)
const registry = createRegistry([builtin()])
const selections: readonly Selection[] = ['VALIDATION', 'LEAVE_ONE_OUT']
const among = (list: string | undefined, value: string | number): boolean =>
  list === undefined || list.split(',').includes(String(value))
const isAsked = ([dataset, shots, selection, withTexts, method, space]: readonly (
  | string
  | number
)[]): boolean =>
  among(values.only, dataset ?? '') &&
  among(values.shots, shots ?? '') &&
  among(values.selection, selection ?? '') &&
  among(values.texts, withTexts ?? '') &&
  among(values.method, method ?? '') &&
  among(values.space, space ?? '')

/** Writes the lines in the order of the tables above. */
async function rewrite(keep: (line: readonly string[]) => boolean): Promise<void> {
  const lines = ((await readFile(file, 'utf8').catch(() => '')) || header).trim().split('\n').slice(1)
  const order = ([
    dataset = '',
    shots = '',
    selection = '',
    withTexts = '',
    method = '',
    space = '',
  ]: string[]) => {
    const columns = withTexts === 'true' ? texts : alone
    const column = columns.findIndex(([id, each]) => id === method && (each === space || space === ''))
    const block = datasets.indexOf(dataset) * 1000 + Number(shots)
    return [block, selection === 'VALIDATION' ? 0 : 1, withTexts === 'true' ? 1 : 0, column]
  }
  const kept = lines.map((line) => line.split(',')).filter(keep)
  const sorted = kept
    .map((line) => ({ line, at: order(line) }))
    .sort((a, b) => a.at.map((value, i) => value - (b.at[i] as number)).find((gap) => gap !== 0) ?? 0)
  await writeFile(file, `${[header, ...sorted.map(({ line }) => line.join(','))].join('\n')}\n`)
}
await rewrite((line) => !isAsked(line))

const folder = await sharedFolder(generic)
const sources = folder ? await readGenericFeatures(folder) : []
const covariance =
  sources.length > 0
    ? genericCovariance(
        await Promise.all(sources.map((source) => measureGeneric(source, source.name, kernels))),
      )
    : null

for (const dataset of datasets.filter((name) => among(values.only, name))) {
  const path = await sharedFolder(`${dataset}-clip-vit-b32`)
  if (path === undefined) console.error(`${dataset} is missing, so it is left out`)
  else await measure(dataset, await readFeatureFile(join(path, 'features.safetensors')))
}
await runtime.close()
await rewrite(() => true)
// They read the numbers that are now written.
await import('../../docs/figures/accuracy-tables.js')
await import('../../docs/figures/accuracy.js')

async function measure(dataset: string, features: FeatureFile): Promise<void> {
  const { textClassifier, test, validation } = features
  // A class's text as its only prompt, for methods that want every prompt.
  const prompts = textClassifier && {
    features: textClassifier,
    labels: Int32Array.from({ length: textClassifier.rows }, (_, c) => c),
    classNames: Array.from({ length: textClassifier.rows }, (_, c) => String(c)),
  }
  for (const shots of features.shots.filter((each) => among(values.shots, each))) {
    const support: Support = {
      ...features.support(shots),
      generic: async () => covariance,
      ...(prompts && { prompts: async () => prompts }),
    }
    const caches = createCaches(support, kernels)
    const zeroShot = textClassifier && (await kernels.dot(test.features.clip ?? matrix(0, 0), textClassifier))
    const base = zeroShot && predictionsOf(zeroShot)
    for (const selection of selections) {
      for (const [withTexts, columns] of [
        [false, alone],
        [true, textClassifier ? texts : []],
      ] as const) {
        for (const [id, spaceId] of columns) {
          const row = [dataset, shots, selection, String(withTexts), id, id === 'zero-shot' ? '' : spaceId]
          if (!isAsked(row)) continue
          const space = registry.space(spaceId)
          if (space.usesGeneric && !covariance) continue
          // Its grid solves 20 systems of the size of the keys.
          if (id === 'proker' && support.labels.length > 2000) continue
          const method = withTexts ? registry.method(id) : withoutTexts(registry.method(id))
          const options = { method, space, support, caches, kernels, test, selection }
          const { accuracy, predicted } = await evaluate({ ...options, ...(validation && { validation }) })
          const gain = base ? gainOf(predicted, base, test.labels) : undefined
          const measured = [
            accuracy.toFixed(2),
            test.labels.length,
            gain?.mean.toFixed(2) ?? '',
            gain?.error.toFixed(2) ?? '',
          ]
          await appendFile(file, `${[...row, ...measured].join(',')}\n`)
        }
      }
    }
    console.error(`${dataset}, ${shots} shots: done`)
  }
}

function predictionsOf({
  rows,
  columns,
  data,
}: {
  rows: number
  columns: number
  data: Float32Array
}): Int32Array {
  return Int32Array.from({ length: rows }, (_, i) => {
    let best = 0
    for (let c = 1; c < columns; c++) {
      if ((data[i * columns + c] as number) > (data[i * columns + best] as number)) best = c
    }
    return best
  })
}

/** The mean difference in accuracy on the same images, in percent, and its standard error. */
function gainOf(
  predicted: Int32Array,
  base: Int32Array,
  labels: Int32Array,
): { mean: number; error: number } {
  const n = labels.length
  const differences = Array.from(
    labels,
    (label, i) => Number(predicted[i] === label) - Number(base[i] === label),
  )
  const mean = differences.reduce((sum, each) => sum + each, 0) / n
  const variance = differences.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (n - 1)
  return { mean: 100 * mean, error: 100 * Math.sqrt(variance / n) }
}
