import { Command, InvalidArgumentError } from 'commander'
import { errors } from '../errors.js'
import { type Library, type Split, splitNamed } from '../library/index.js'
import { datasetNamed } from './dataset-named.js'
import { tellRejected, withProgress } from './import.js'
import { withLibrary } from './with-library.js'

interface AddCommandOptions {
  readonly class?: string
  readonly unlabelled?: boolean
  readonly split: Split
}

/** `shotboard add DATASET PATH --class NAME`: adds images to a class of a dataset. */
export const addCommand = (): Command =>
  new Command('add')
    .description('Add images to a class of a dataset.')
    .argument('<dataset>', 'its id or name')
    .argument('<path>', 'an image, or a folder or an archive of images, wherever they lie in it')
    .option('--class <name>', 'the class of the images')
    .option('--unlabelled', 'add them without a label, to be labelled later or never')
    .option('--split <split>', 'support_pool, validation or test', split, 'SUPPORT_POOL')
    .action((dataset: string, path: string, options: AddCommandOptions) =>
      withLibrary((library) => add(library, dataset, path, options)),
    )

async function add(
  library: Library,
  name: string,
  path: string,
  { class: given, unlabelled = false, split }: AddCommandOptions,
): Promise<void> {
  if ((given === undefined) !== unlabelled) {
    throw errors.invalidValue({ reason: 'Give either --class or --unlabelled.' }, '--class')
  }
  const className = given ?? null
  const dataset = await datasetNamed(library, name)
  const { added, duplicates, rejected } = await withProgress('Adding', (onProgress) =>
    library.imports.addPath(path, { dataset: dataset.id, class: className, split, onProgress }),
  )
  console.log(
    `"${dataset.name}": ${added} images added ${className === null ? 'without a label' : `to "${className}"`}, ${duplicates} already there, ${rejected.length} rejected.`,
  )
  tellRejected(rejected)
  process.exitCode = rejected.length > 0 ? 1 : 0
}

function split(text: string): Split {
  const found = splitNamed(text)
  if (!found) throw new InvalidArgumentError('Give support_pool, validation or test.')
  return found
}
