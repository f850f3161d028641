import { Arg, Ctx, Field, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql'
import type { ChangedDataset, DatasetChangeRow, DatasetRow } from '../../library/index.js'
import type { Context } from '../context.js'
import { DatasetChangeKind } from '../enums.js'
import { ObjectType } from '../object-type.js'
import { DateTime } from '../scalars.js'
import { DatasetType } from './dataset.type.js'

@ObjectType('DatasetChange', {
  description: 'A change that mended a dataset. It can be undone for 7 days, unless it is forgotten before.',
})
class DatasetChangeType {
  @Field(() => ID, { description: 'Identifies the change, for `undoDatasetChange`.' })
  id: string

  @Field(() => DatasetChangeKind, { description: 'What was done. Programs may rely on it.' })
  kind: DatasetChangeRow['kind']

  @Field(() => String, { description: 'In words, such as `Moved 3 images`.' })
  text: string

  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt: Date

  @Field(() => DateTime, { nullable: true, description: 'Null if it has not been undone.' })
  undoneAt: Date | null
}

/** What has changed of datasets, and its undoing. */
@Resolver(() => DatasetType)
export class DatasetChangesResolver {
  @FieldResolver(() => DatasetChangeType, {
    nullable: true,
    description:
      'In the answer of a mutation that mends the dataset: its change, for `undoDatasetChange`. Null elsewhere, and if nothing changed.',
  })
  change(
    @Root() { change }: DatasetRow & Partial<ChangedDataset>,
    @Ctx() { loaders }: Context,
  ): Promise<DatasetChangeRow> | null {
    return change == null ? null : loaders.datasetChange.load(change)
  }

  @FieldResolver(() => [DatasetChangeType], {
    description: 'What was mended in the last 7 days: the latest 50 changes, newest first.',
  })
  changes(@Root() { id }: DatasetRow, @Ctx() { loaders }: Context): Promise<DatasetChangeRow[]> {
    return loaders.datasetChanges.load(id)
  }

  @Mutation(() => DatasetType, {
    description:
      'Undoes a change: everything is as it was before, also the order of images and classes. Fails with CANNOT_UNDO if it was undone already or what it left has changed since, with HAS_RESULTS if it would renumber the classes of a comparison or a support set, and with IN_USE while a comparison, an import or a training works with the dataset.',
  })
  undoDatasetChange(
    @Arg('id', () => ID, { description: 'The id of a change.' }) id: string,
    @Ctx() { library }: Context,
  ): Promise<DatasetRow> {
    return library.curation.undo(id)
  }

  @Mutation(() => DatasetType, {
    description:
      'Forgets what undoing the changes of a dataset needs, and deletes the images that they removed and that no other dataset has. Otherwise they are kept for 7 days.',
  })
  forgetDatasetChanges(
    @Arg('dataset', () => ID, { description: 'The id of the dataset.' }) dataset: string,
    @Ctx() { library }: Context,
  ): Promise<DatasetRow> {
    return library.deletions.changes(dataset)
  }
}
