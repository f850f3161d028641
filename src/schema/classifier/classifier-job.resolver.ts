import { Arg, Args, Ctx, FieldResolver, Float, ID, Query, Resolver, Root, Subscription } from 'type-graphql'
import type {
  ClassifierEvaluation,
  ClassifierJobRow,
  ClassifierRow,
  DatasetRow,
  Page,
} from '../../library/index.js'
import type { Context } from '../context.js'
import { DatasetType } from '../dataset/dataset.type.js'
import { deletedId } from '../deleted-id.js'
import { JobStatus } from '../enums.js'
import { type InputOfId, inputOfId } from '../input-of-id.js'
import { PageArguments, pageRequest } from '../page.js'
import { PayloadMutation } from '../payload-mutation.js'
import { atSource, sourceOf } from './classifier.resolver.js'
import { ClassifierType } from './classifier.type.js'
import {
  ClassifierJobConnectionType,
  ClassifierJobType,
  StartClassifierCreationInputType,
  StartClassifierEvaluationInputType,
  StartClassifierUpdateInputType,
} from './classifier-job.type.js'
import { ClassifierEvaluationType } from './evaluation.js'

const changed = { job: { type: () => ClassifierJobType, description: 'The job as it is now.' } }

const CancelInputType = inputOfId(
  'CancelClassifierJobInput',
  'A job of a classifier that is to stop.',
  'The id of a job that waits or runs.',
)
const ResumeInputType = inputOfId(
  'ResumeClassifierJobInput',
  'A job of a classifier that is to go on.',
  'The id of a job that has failed or was cancelled.',
)
const DeleteInputType = inputOfId(
  'DeleteClassifierJobInput',
  'A job of a classifier that is to be forgotten.',
  'The id of a job that has ended.',
)

/** The share of a job that encoding is: fitting and scoring take the rest. */
const shareOfEncoding = 0.95

@Resolver(() => ClassifierJobType)
export class ClassifierJobResolver {
  @Query(() => ClassifierJobType, {
    nullable: true,
    description: 'The job of a classifier by its id. Fails with UNKNOWN_CLASSIFIER_JOB if there is none.',
  })
  classifierJob(
    @Arg('id', () => ID, { description: 'The id of a job.' }) id: string,
    @Ctx() { loaders }: Context,
  ): Promise<ClassifierJobRow> {
    return loaders.classifierJob.load(id)
  }

  @Query(() => ClassifierJobConnectionType, { description: 'Newest first.' })
  async classifierJobs(
    @Arg('classifier', () => ID, { nullable: true, description: 'Only of this classifier: a name or an id.' })
    classifier: string | null | undefined,
    @Arg('dataset', () => ID, { nullable: true, description: 'Only with images of this dataset, by its id.' })
    datasetId: string | null | undefined,
    @Arg('status', () => [JobStatus], { nullable: true, description: 'Only those in one of these states.' })
    status: JobStatus[] | null | undefined,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ): Promise<Page<ClassifierJobRow>> {
    const { library } = context
    const filter = {
      ...(classifier != null && { classifierId: (await library.classifiers.get(classifier)).id }),
      ...(datasetId != null && { datasetId }),
      ...(status && { status: { in: status } }),
    }
    return library.classifierJobs.page(pageRequest(page, context), filter)
  }

  @PayloadMutation(changed, {
    description:
      'Makes a classifier in the background: for images that are not encoded yet, which take longer than a request may. After a restart it continues. The classifier is there once the job has succeeded.',
  })
  startClassifierCreation(
    @Arg('input', () => StartClassifierCreationInputType, {
      description: 'What to make it from, and its name, which no other classifier may have.',
    })
    input: StartClassifierCreationInputType,
    @Ctx() { library }: Context,
  ): Promise<ClassifierJobRow> {
    return atSource(library.classifierJobs.create(sourceOf(input)))
  }

  @PayloadMutation(changed, {
    description:
      'Makes a new version of a classifier in the background. The present one answers until the job has succeeded.',
  })
  startClassifierUpdate(
    @Arg('input', () => StartClassifierUpdateInputType, {
      description: 'What to make the version from, and the name of a classifier that exists.',
    })
    input: StartClassifierUpdateInputType,
    @Ctx() { library }: Context,
  ): Promise<ClassifierJobRow> {
    return atSource(library.classifierJobs.update(sourceOf(input)))
  }

  @PayloadMutation(changed, {
    description:
      'Evaluates a classifier in the background, as `evaluateClassifier` does: for images that are not encoded yet, which take longer than a request may.',
  })
  startClassifierEvaluation(
    @Arg('input', () => StartClassifierEvaluationInputType, {
      description: 'The classifier and the images.',
    })
    input: StartClassifierEvaluationInputType,
    @Ctx() { library }: Context,
  ): Promise<ClassifierJobRow> {
    return library.classifierJobs.evaluate({ ...input })
  }

  @PayloadMutation(changed, {
    description: 'Stops a job of a classifier. `resumeClassifierJob` continues it.',
  })
  cancelClassifierJob(
    @Arg('input', () => CancelInputType, { description: 'The job.' }) { id }: InputOfId,
    @Ctx() { library }: Context,
  ): Promise<ClassifierJobRow> {
    return library.classifierJobs.cancel(id)
  }

  @PayloadMutation(changed, {
    description:
      'Continues a job of a classifier that failed or was cancelled. Images that are encoded are not encoded again.',
  })
  resumeClassifierJob(
    @Arg('input', () => ResumeInputType, { description: 'The job.' }) { id }: InputOfId,
    @Ctx() { library }: Context,
  ): Promise<ClassifierJobRow> {
    return library.classifierJobs.continue(id)
  }

  @PayloadMutation(deletedId, {
    description: 'Forgets a job of a classifier that has ended. What it has made stays.',
  })
  async deleteClassifierJob(
    @Arg('input', () => DeleteInputType, { description: 'The job.' }) { id }: InputOfId,
    @Ctx() { library }: Context,
  ): Promise<string> {
    await library.classifierJobs.delete(id)
    return id
  }

  @Subscription(() => ClassifierJobType, {
    name: 'classifierJob',
    description:
      'Emits the current state, then every change, at most twice a second. Completes when it has ended.',
    subscribe: ({ args, context }: { args: { id: string }; context: Context }) =>
      context.library.classifierJobs.watch(args.id),
  })
  watchClassifierJob(
    @Root() job: ClassifierJobRow,
    @Arg('id', () => ID, { description: 'The id of a job.' }) _id: string,
  ): ClassifierJobRow {
    return job
  }

  @FieldResolver(() => ClassifierType, {
    nullable: true,
    description: 'Null before it is made, and after it is deleted.',
  })
  async classifier(
    @Root() { classifierId }: ClassifierJobRow,
    @Ctx() { library }: Context,
  ): Promise<ClassifierRow | null> {
    if (classifierId === null) return null
    const [classifier = null] = await library.classifiers.getMany([classifierId])
    return classifier
  }

  @FieldResolver(() => DatasetType, {
    nullable: true,
    description: 'The dataset of the images. Null after it is deleted.',
  })
  dataset(@Root() { datasetId }: ClassifierJobRow, @Ctx() { loaders }: Context): Promise<DatasetRow> | null {
    return datasetId === null ? null : loaders.dataset.load(datasetId)
  }

  @FieldResolver(() => Float, { description: 'The share of the work that is done, from 0 to 1.' })
  progress(@Root() { done, images, status }: ClassifierJobRow): number {
    if (status === 'SUCCEEDED') return 1
    return images === 0 ? 0 : shareOfEncoding * Math.min(1, done / images)
  }

  @FieldResolver(() => ClassifierEvaluationType, {
    nullable: true,
    description:
      'What an evaluation has measured. Null until it has succeeded, for other kinds of jobs, and after its dataset is deleted.',
  })
  async evaluation(
    @Root() { result, datasetId }: ClassifierJobRow,
    @Ctx() { loaders }: Context,
  ): Promise<ClassifierEvaluation | null> {
    if (result === null || datasetId === null) return null
    const measured = result as Omit<ClassifierEvaluation, 'dataset'>
    return { ...measured, dataset: await loaders.dataset.load(datasetId) }
  }
}
