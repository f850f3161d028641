import { access } from 'node:fs/promises'
import { Command, Option } from 'commander'
import type { Library } from '../library/index.js'
import { datasetNamed } from './dataset-named.js'
import { importAndTell } from './import.js'
import { createProgressBar } from './progress-bar.js'
import { withLibrary } from './with-library.js'

/** `shotboard encoders`: what is measured once for an encoder. */
export const encodersCommand = (): Command =>
  new Command('encoders').description('Measure what belongs to an encoder.').addCommand(fitGenericCommand())

const fitGenericCommand = (): Command =>
  new Command('fit-generic')
    .description(
      'Measure how labelled images scatter in general, for the spaces generic, generic+… and plda. It replaces what was measured before.',
    )
    .requiredOption(
      '--dataset <datasets...>',
      'ids or names of datasets, or paths to import: images of many kinds, not those to classify',
    )
    .addOption(new Option('--encoder <id>', 'the encoder (default: SHOTBOARD_ENCODER)'))
    .action((options: FitGenericOptions) => withLibrary((library) => fitGeneric(library, options)))

interface FitGenericOptions {
  readonly dataset: readonly string[]
  readonly encoder?: string
}

async function fitGeneric(library: Library, { dataset: given, encoder }: FitGenericOptions): Promise<void> {
  const datasets: string[] = []
  for (const each of given) datasets.push(await datasetOrPath(library, each))
  const bar = createProgressBar('Encoding', process.stderr)
  let encoded = 0
  const images = await Promise.all(datasets.map((id) => library.datasets.counts(id)))
  const total = images.flat().reduce((sum, count) => sum + (count.split === 'TEST' ? 0 : count.images), 0)
  try {
    const sources = await library.generics.fit(
      { datasets, ...(encoder !== undefined && { encoder }) },
      {
        onEncoded(count) {
          encoded += count
          bar.update(encoded, total)
        },
      },
    )
    bar.stop()
    for (const { name, images, classes } of sources) {
      console.log(`Measured ${images} images of ${classes} classes of "${name}".`)
    }
    console.log(`The spaces generic, generic+… and plda of ${library.encoders.get(encoder).id} use them.`)
  } finally {
    bar.stop()
  }
}

/** The id of a dataset by its id or name, or else of the dataset that a path is imported as. Throws UNKNOWN_DATASET. */
async function datasetOrPath(library: Library, given: string): Promise<string> {
  const known = (await library.datasets.get(given)) ?? (await library.datasets.findByName(given))
  if (known) return known.id
  const isPath = await access(given).then(
    () => true,
    () => false,
  )
  return isPath ? (await importAndTell(library, given)).dataset.id : (await datasetNamed(library, given)).id
}
