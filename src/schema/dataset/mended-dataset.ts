import { errors } from '../../errors.js'
import type { AddImagesResult, ChangedDataset, DatasetRow, PromptedDataset } from '../../library/index.js'
import type { Context } from '../context.js'
import type { Warning } from '../warning.js'
import { DatasetType } from './dataset.type.js'
import { DatasetChangeType } from './dataset-change.type.js'

/** What a mutation that changes a dataset answers. */
export const changedDataset = {
  dataset: { type: () => DatasetType, description: 'The dataset as it is now.' },
}

/** What has changed of a dataset, which can be undone. */
export const changeOfDataset = {
  type: () => DatasetChangeType,
  nullable: true,
  description: 'What was changed, for `undoDatasetChange`. Null if nothing was.',
  of: ({ change }: ChangedDataset, { loaders }: Context) =>
    change == null ? null : loaders.datasetChange.load(change),
}

/** What a mutation that mends a dataset answers. */
export const mendedDataset = {
  dataset: {
    type: () => DatasetType,
    description: 'The dataset as it is now.',
    of: (dataset: DatasetRow) => dataset,
  },
  change: changeOfDataset,
}

/** What may be wrong with a dataset that was changed. */
export async function datasetWarnings(
  { id }: { readonly id: string },
  { loaders }: Context,
): Promise<Warning[]> {
  return (await loaders.problems.load(id)).map(({ kind, text }) => ({ code: kind, text }))
}

/** The same of images that were added. */
export const addedImagesWarnings = ({ dataset }: AddImagesResult, context: Context): Promise<Warning[]> =>
  datasetWarnings(dataset, context)

/** The same of a dataset whose prompts come from a file, and names of the file that no class has. */
export async function promptedWarnings(dataset: PromptedDataset, context: Context): Promise<Warning[]> {
  const { unusedPrompts: names } = dataset
  const { code, message: text } = errors.unusedPrompts({ names })
  return [...(names.length > 0 ? [{ code, text }] : []), ...(await datasetWarnings(dataset, context))]
}
