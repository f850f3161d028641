import { Command, Option } from 'commander'
import { type Library, shiftKinds, shiftStrengths } from '../library/index.js'
import { datasetNamed } from './dataset-named.js'
import { withLibrary } from './with-library.js'

interface ShiftOptions {
  readonly kind: typeof shiftKinds
  readonly strength: typeof shiftStrengths
}

/** `shotboard shift DATASET`: makes shifted copies of a dataset. */
export const shiftCommand = (): Command =>
  new Command('shift')
    .description(
      "Make new datasets from a dataset's test images with shifts such as blur, to test robustness.",
    )
    .argument('<dataset>', "the dataset's id or name")
    .addOption(new Option('--kind <kinds...>', 'the kinds of shift').choices(shiftKinds).default(shiftKinds))
    .addOption(
      new Option('--strength <strengths...>', 'the strengths of the shift')
        .choices(shiftStrengths.map(String))
        .default(shiftStrengths),
    )
    .action((dataset: string, options: ShiftOptions) =>
      withLibrary((library) => run(library, dataset, options)),
    )

async function run(library: Library, name: string, { kind, strength }: ShiftOptions): Promise<void> {
  const source = await datasetNamed(library, name)
  for (const each of shiftKinds.filter((known) => kind.includes(known))) {
    for (const level of shiftStrengths.filter((known) => strength.map(Number).includes(known))) {
      const { dataset, added } = await library.shift({ dataset: source.id, kind: each, strength: level })
      console.log(`${dataset.id} "${dataset.name}": ${added} images added.`)
    }
  }
}
