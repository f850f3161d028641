import { Command, InvalidArgumentError, Option } from 'commander'
import { type ExportOptions, exportLayouts, precisions } from '../library/index.js'
import { writeFolder } from '../system/write-folder.js'
import { withLibrary } from './with-library.js'

interface ExportClassifierOptions extends ExportOptions {
  readonly to: string
  readonly useVersion?: number
}

/** `shotboard export classifier NAME --to DIR`: writes a classifier as an ONNX model. */
export const exportClassifierCommand = (): Command =>
  new Command('classifier')
    .description('Write a classifier as an ONNX model, with labels, examples and a model card.')
    .argument('<classifier>', 'its name or id')
    .requiredOption('--to <folder>', 'the folder to make')
    .option('--use-version <number>', 'the version to write (default: the one in use)', wholeNumber)
    .addOption(
      new Option('--layout <layout>', 'one folder of files, or a model repository for Triton and KServe')
        .choices([...exportLayouts])
        .default('files'),
    )
    .option('--head-only', 'only the part from image features to probabilities, without the encoder')
    .addOption(
      new Option(
        '--precision <precision>',
        "how the encoder's weights are stored (default: as they are)",
      ).choices([...precisions]),
    )
    .action((name: string, { to, useVersion, ...options }: ExportClassifierOptions) =>
      withLibrary(async (library) => {
        const { files } = await library.classifiers.exported(name, {
          ...options,
          ...(useVersion !== undefined && { version: useVersion }),
        })
        await writeFolder(to, files, 'an export')
        for (const path of files.keys()) console.log(`${to}/${path}`)
      }),
    )

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Give a whole number of at least 1.')
  return Number(text)
}
