import { Arg, Args, Ctx, FieldResolver, Float, ID, Query, Resolver, Root, Subscription } from 'type-graphql'
import {
  answerFileName,
  type ClassificationPartRow,
  type ClassifierRow,
  classificationSecondsLeft,
  type DatasetClassificationRow,
  type DatasetRow,
  type Page,
} from '../../library/index.js'
import { addressOf } from '../address.js'
import type { Context } from '../context.js'
import { DatasetType } from '../dataset/dataset.type.js'
import { deletedId } from '../deleted-id.js'
import { JobStatus } from '../enums.js'
import { type InputOfId, inputOfId } from '../input-of-id.js'
import { PageArguments, pageRequest } from '../page.js'
import { PayloadMutation } from '../payload-mutation.js'
import { ClassifierType } from './classifier.type.js'
import {
  ClassifyDatasetInputType,
  DatasetClassificationConnectionType,
  DatasetClassificationPartConnectionType,
  DatasetClassificationType,
} from './dataset-classification.type.js'

const changed = {
  classification: {
    type: () => DatasetClassificationType,
    description: 'The classification as it is now.',
  },
}

const CancelInputType = inputOfId(
  'CancelDatasetClassificationInput',
  'A classification of a dataset that is to stop.',
  'The id of a classification that waits or runs.',
)
const ResumeInputType = inputOfId(
  'ResumeDatasetClassificationInput',
  'A classification of a dataset that is to go on.',
  'The id of a classification that has failed or was cancelled.',
)
const DeleteInputType = inputOfId(
  'DeleteDatasetClassificationInput',
  'A classification of a dataset that is to go.',
  'The id of a classification that has ended.',
)

@Resolver(() => DatasetClassificationType)
export class DatasetClassificationResolver {
  @Query(() => DatasetClassificationType, {
    nullable: true,
    description:
      'The classification of a dataset by its id. Fails with UNKNOWN_CLASSIFICATION if there is none.',
  })
  datasetClassification(
    @Arg('id', () => ID, { description: 'The id of a classification.' }) id: string,
    @Ctx() { loaders }: Context,
  ): Promise<DatasetClassificationRow> {
    return loaders.datasetClassification.load(id)
  }

  @Query(() => DatasetClassificationConnectionType, { description: 'Newest first.' })
  async datasetClassifications(
    @Arg('classifier', () => ID, { nullable: true, description: 'Only by this classifier: a name or an id.' })
    classifier: string | null | undefined,
    @Arg('dataset', () => ID, { nullable: true, description: 'Only of this dataset, by its id.' })
    datasetId: string | null | undefined,
    @Arg('status', () => [JobStatus], { nullable: true, description: 'Only those in one of these states.' })
    status: JobStatus[] | null | undefined,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ): Promise<Page<DatasetClassificationRow>> {
    const filter = {
      ...(classifier != null && { classifierId: (await context.loaders.classifier.load(classifier)).id }),
      ...(datasetId != null && { datasetId }),
      ...(status && { status: { in: status } }),
    }
    return context.library.datasetClassifications.page(pageRequest(page, context), filter)
  }

  @PayloadMutation(changed, {
    description:
      'Classifies the images of a dataset in the background, and writes the answers to files, 5,000 images each. After a restart it continues.',
  })
  classifyDataset(
    @Arg('input', () => ClassifyDatasetInputType, { description: 'What to classify, and with what.' })
    input: ClassifyDatasetInputType,
    @Ctx() { library }: Context,
  ): Promise<DatasetClassificationRow> {
    return library.datasetClassifications.classify(input)
  }

  @PayloadMutation(changed, {
    description: 'Stops a classification of a dataset. `resumeDatasetClassification` continues it.',
  })
  cancelDatasetClassification(
    @Arg('input', () => CancelInputType, { description: 'The classification.' }) { id }: InputOfId,
    @Ctx() { library }: Context,
  ): Promise<DatasetClassificationRow> {
    return library.datasetClassifications.cancel(id)
  }

  @PayloadMutation(changed, {
    description:
      'Continues a classification of a dataset that failed or was cancelled, with the parts that are missing.',
  })
  resumeDatasetClassification(
    @Arg('input', () => ResumeInputType, { description: 'The classification.' }) { id }: InputOfId,
    @Ctx() { library }: Context,
  ): Promise<DatasetClassificationRow> {
    return library.datasetClassifications.continue(id)
  }

  @PayloadMutation(deletedId, {
    description: 'Deletes a classification of a dataset that has ended, with its files.',
  })
  async deleteDatasetClassification(
    @Arg('input', () => DeleteInputType, { description: 'The classification.' }) { id }: InputOfId,
    @Ctx() { library }: Context,
  ): Promise<string> {
    await library.datasetClassifications.delete(id)
    return id
  }

  @Subscription(() => DatasetClassificationType, {
    name: 'datasetClassification',
    description:
      'Emits the current state, then every change, at most twice a second. Completes when it has ended.',
    subscribe: ({ args, context }: { args: { id: string }; context: Context }) =>
      context.library.datasetClassifications.watch(args.id),
  })
  watchDatasetClassification(
    @Root() classification: DatasetClassificationRow,
    @Arg('id', () => ID, { description: 'The id of a classification.' }) _id: string,
  ): DatasetClassificationRow {
    return classification
  }

  @FieldResolver(() => ClassifierType, { nullable: true, description: 'Null after it is deleted.' })
  classifier(
    @Root() { classifierId }: DatasetClassificationRow,
    @Ctx() { library }: Context,
  ): Promise<ClassifierRow | null> {
    return library.classifiers.getMany([classifierId]).then(([classifier = null]) => classifier)
  }

  @FieldResolver(() => DatasetType, { nullable: true, description: 'Null after it is deleted.' })
  dataset(
    @Root() { datasetId }: DatasetClassificationRow,
    @Ctx() { loaders }: Context,
  ): Promise<DatasetRow> | null {
    return datasetId === null ? null : loaders.dataset.load(datasetId)
  }

  @FieldResolver(() => Float, { description: 'The share of the images that are done, from 0 to 1.' })
  progress(@Root() { done, images, status }: DatasetClassificationRow): number {
    if (status === 'SUCCEEDED') return 1
    // At first no object of a bucket is listed.
    return images === 0 ? 0 : Math.min(1, done / images)
  }

  @FieldResolver(() => Float, {
    nullable: true,
    description: 'Estimated remaining seconds. Null while unknown, and when it does not run.',
  })
  secondsLeft(@Root() classification: DatasetClassificationRow): number | null {
    return classificationSecondsLeft(classification)
  }

  @FieldResolver(() => DatasetClassificationPartConnectionType, {
    description: 'The files that are written, by number.',
  })
  async parts(
    @Root() row: DatasetClassificationRow,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ): Promise<Page<object>> {
    const found = await context.library.datasetClassifications.partPage(row.id, pageRequest(page, context))
    return { ...found, nodes: found.nodes.map((part) => partOf(row, part, context)) }
  }
}

const partOf = (
  row: DatasetClassificationRow,
  { number, done, unread, bytes }: ClassificationPartRow,
  context: Context,
) => ({
  ...{ number, unread, bytes, images: done },
  url: addressOf(`/classifications/${row.id}/${answerFileName(row, number)}`, context),
})
