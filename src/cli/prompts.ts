import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { errors, reasonOf } from '../errors.js'
import { type Library, templateSets } from '../library/index.js'
import { datasetNamed } from './dataset-named.js'
import { withLibrary } from './with-library.js'

interface PromptsCommandOptions {
  readonly set?: string
  readonly template?: readonly string[]
  readonly file?: string
}

/** `shotboard prompts DATASET`: replaces the prompts of all classes. */
export const promptsCommand = (): Command =>
  new Command('prompts')
    .description('Replace the prompts of all classes of a dataset.')
    .argument('<dataset>', 'its id or name')
    .option('--set <name>', `a set of templates: ${Object.keys(templateSets).join(', ')}`)
    .option('--template <templates...>', 'templates with {} in the place of the name of the class')
    .option('--file <file>', 'a JSON file in the form of CuPL, {"class": ["sentence", …]}')
    .action((dataset: string, options: PromptsCommandOptions) =>
      withLibrary((library) => setPrompts(library, dataset, options)),
    )

async function setPrompts(
  library: Library,
  name: string,
  { set, template, file }: PromptsCommandOptions,
): Promise<void> {
  const dataset = await datasetNamed(library, name)
  const { unusedPrompts } = await library.datasets.setAllPrompts({
    dataset: dataset.id,
    set: set ?? null,
    templates: template ?? null,
    file: file === undefined ? null : await readSentences(file),
  })
  const classes = await library.datasets.classes(dataset.id)
  const counts = classes.map(({ prompts }) => prompts.length)
  const [least, most] = counts.reduce(
    ([min, max], count) => [Math.min(min, count), Math.max(max, count)],
    [Number.POSITIVE_INFINITY, 0],
  )
  console.log(`"${dataset.name}": ${least === most ? least : `${least} to ${most}`} prompts a class.`)
  if (unusedPrompts.length > 0)
    console.log(`Warning: ${errors.unusedPrompts({ names: unusedPrompts }).message}`)
}

const readSentences = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: unknown) => {
    throw errors.invalidValue({ reason: reasonOf(error) }, '--file')
  })
