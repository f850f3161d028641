import { writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import type { Library } from '../library/index.js'
import { datasetNamed } from './dataset-named.js'
import { withLibrary } from './with-library.js'

/** `shotboard export`: datasets and support sets as files. */
export const exportCommand = (): Command =>
  new Command('export')
    .description('Write what a dataset holds, or an encoded support set, as a file.')
    .addCommand(
      new Command('dataset')
        .description("A dataset's manifest: classes, prompts, and every image by its SHA-256, as JSON.")
        .argument('<dataset>', "the dataset's id or name")
        .option('--out <file>', 'where to write it (default: dataset-ID.json)')
        .action((name: string, { out }: { out?: string }) =>
          write(async (library) => {
            const { id } = await datasetNamed(library, name)
            const text = `${JSON.stringify(await library.datasets.manifest(id), null, 2)}\n`
            return { file: out ?? `dataset-${id}.json`, content: text }
          }),
        ),
    )
    .addCommand(
      new Command('support-set')
        .description("A support set's features, labels and texts, as safetensors that `evaluate` reads.")
        .argument('<id>', "the support set's id")
        .option('--out <file>', 'where to write it (default: support-set-ID.safetensors)')
        .action((id: string, { out }: { out?: string }) =>
          write(async (library) => ({
            file: out ?? `support-set-${id}.safetensors`,
            content: await library.supportSets.file(id),
          })),
        ),
    )

const write = (
  make: (library: Library) => Promise<{ readonly file: string; readonly content: string | Uint8Array }>,
): Promise<void> =>
  withLibrary(async (library) => {
    const { file, content } = await make(library)
    await writeFile(file, content)
    console.log(file)
  })
