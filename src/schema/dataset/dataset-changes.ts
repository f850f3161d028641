import { Arg, Ctx, Field, FieldResolver, ID, InputType, Resolver, Root } from 'type-graphql'
import type { DatasetChangeRow, DatasetRow } from '../../library/index.js'
import type { Context } from '../context.js'
import { type InputOfId, inputOfId } from '../input-of-id.js'
import { PayloadMutation } from '../payload-mutation.js'
import { DatasetType } from './dataset.type.js'
import { DatasetChangeType } from './dataset-change.type.js'
import { changedDataset, datasetWarnings } from './mended-dataset.js'

const UndoDatasetChangeInputType = inputOfId(
  'UndoDatasetChangeInput',
  'A change that is to be undone.',
  'The id of a change.',
)

@InputType('ForgetDatasetChangesInput', {
  description: 'A dataset whose changes need not be undone any more.',
})
class ForgetDatasetChangesInputType {
  @Field(() => ID, { description: 'The id of the dataset.' })
  dataset: string
}

/** What has changed of datasets, and its undoing. */
@Resolver(() => DatasetType)
export class DatasetChangesResolver {
  @FieldResolver(() => [DatasetChangeType], {
    description: 'What was mended in the last 7 days: the latest 50 changes, newest first.',
  })
  changes(@Root() { id }: DatasetRow, @Ctx() { loaders }: Context): Promise<DatasetChangeRow[]> {
    return loaders.datasetChanges.load(id)
  }

  @PayloadMutation(changedDataset, {
    description:
      'Undoes a change: everything is as it was before, also the order of images and classes. Fails with CANNOT_UNDO if it was undone already or what it left has changed since, with HAS_RESULTS if it would renumber the classes of a comparison or a support set, and with IN_USE while a comparison, an import or a training works with the dataset.',
    warnings: datasetWarnings,
  })
  undoDatasetChange(
    @Arg('input', () => UndoDatasetChangeInputType, { description: 'The change.' }) { id }: InputOfId,
    @Ctx() { library }: Context,
  ): Promise<DatasetRow> {
    return library.curation.undo(id)
  }

  @PayloadMutation(changedDataset, {
    description:
      'Forgets what undoing the changes of a dataset needs, and deletes the images that they removed and that no other dataset has. Otherwise they are kept for 7 days.',
    warnings: datasetWarnings,
  })
  forgetDatasetChanges(
    @Arg('input', () => ForgetDatasetChangesInputType, { description: 'The dataset.' })
    { dataset }: ForgetDatasetChangesInputType,
    @Ctx() { library }: Context,
  ): Promise<DatasetRow> {
    return library.deletions.changes(dataset)
  }
}
