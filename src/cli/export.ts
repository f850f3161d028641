import { writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import type { Library } from '../library/index.js'
import { datasetNamed } from './dataset-named.js'
import { exportClassifierCommand } from './export-classifier.js'
import { withLibrary } from './with-library.js'

/** `shotboard export`: writes datasets and support sets to files. */
export const exportCommand = (): Command =>
  new Command('export')
    .description("Write a dataset's manifest, an encoded support set or a classifier to files.")
    .addCommand(exportClassifierCommand())
    .addCommand(
      new Command('dataset')
        .description("Write a dataset's manifest as JSON: classes, prompts, and the SHA-256 of every image.")
        .argument('<dataset>', "the dataset's id or name")
        .option('--out <file>', 'the file to write (default: dataset-ID.json)')
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
        .description(
          "Write a support set's features, labels and texts as safetensors, which `evaluate` reads.",
        )
        .argument('<id>', "the support set's id")
        .option('--out <file>', 'the file to write (default: support-set-ID.safetensors)')
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
