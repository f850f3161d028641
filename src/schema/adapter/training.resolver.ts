import { Arg, Args, Ctx, FieldResolver, Float, ID, Query, Resolver, Root, Subscription } from 'type-graphql'
import {
  type DatasetRow,
  type Encoder,
  type ListedAdapter,
  type Page,
  secondsLeft,
  type TrainingRow,
} from '../../library/index.js'
import type { Context } from '../context.js'
import { DatasetType } from '../dataset/dataset.type.js'
import { deletedId } from '../deleted-id.js'
import { EncoderType } from '../encoder/encoder.js'
import { JobStatus } from '../enums.js'
import { type InputOfId, inputOfId } from '../input-of-id.js'
import { PageArguments, pageRequest } from '../page.js'
import { PayloadMutation } from '../payload-mutation.js'
import { Json } from '../scalars.js'
import { watchAll } from '../watch-all.js'
import { AdapterType } from './adapter.type.js'
import {
  TrainAdapterInputType,
  TrainingConnectionType,
  TrainingLossType,
  TrainingType,
} from './training.type.js'

const changedTraining = {
  training: { type: () => TrainingType, description: 'The training as it is now.' },
}

const CancelTrainingInputType = inputOfId(
  'CancelTrainingInput',
  'A training that is to stop.',
  'The id of a training that waits or runs.',
)
const ResumeTrainingInputType = inputOfId(
  'ResumeTrainingInput',
  'A training that is to go on.',
  'The id of a training that has failed or was cancelled.',
)
const DeleteTrainingInputType = inputOfId(
  'DeleteTrainingInput',
  'A training that is to go.',
  'The id of a training that has ended.',
)

@Resolver(() => TrainingType)
export class TrainingResolver {
  @Query(() => TrainingType, {
    nullable: true,
    description: 'A training by its id. Fails with UNKNOWN_TRAINING if there is none.',
  })
  training(
    @Arg('id', () => ID, { description: 'The id of a training.' }) id: string,
    @Ctx() { loaders }: Context,
  ): Promise<TrainingRow> {
    return loaders.training.load(id)
  }

  @Query(() => TrainingConnectionType, { description: 'Newest first.' })
  trainings(
    @Arg('encoder', () => ID, { nullable: true, description: 'Only trainings for this encoder, by its id.' })
    encoder: string | null | undefined,
    @Arg('status', () => [JobStatus], {
      nullable: true,
      description: 'Only trainings in one of these states.',
    })
    status: JobStatus[] | null | undefined,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ): Promise<Page<TrainingRow>> {
    const filter = { ...(encoder != null && { encoder }), ...(status && { status: { in: status } }) }
    return context.library.trainings.page(pageRequest(page, context), filter)
  }

  @PayloadMutation(changedTraining, {
    description:
      'Trains an adapter on generic images, in the background. After a restart it continues from the last checkpoint. When it succeeds, the encoder has one more feature space.',
  })
  trainAdapter(
    @Arg('input', () => TrainAdapterInputType, { description: 'What to train on, and how.' })
    input: TrainAdapterInputType,
    @Ctx() { library }: Context,
  ): Promise<TrainingRow> {
    return library.trainings.train(input)
  }

  @PayloadMutation(changedTraining, {
    description: 'Stops a training. `resumeTraining` continues it.',
  })
  cancelTraining(
    @Arg('input', () => CancelTrainingInputType, { description: 'The training.' }) { id }: InputOfId,
    @Ctx() { library }: Context,
  ): Promise<TrainingRow> {
    return library.trainings.cancel(id)
  }

  @PayloadMutation(changedTraining, {
    description: 'Continues a failed or cancelled training from its last checkpoint.',
  })
  resumeTraining(
    @Arg('input', () => ResumeTrainingInputType, { description: 'The training.' }) { id }: InputOfId,
    @Ctx() { library }: Context,
  ): Promise<TrainingRow> {
    return library.trainings.continueTraining(id)
  }

  @PayloadMutation(deletedId, {
    description: 'Deletes a training that has ended, and its checkpoint. Its adapter stays.',
  })
  async deleteTraining(
    @Arg('input', () => DeleteTrainingInputType, { description: 'The training.' }) { id }: InputOfId,
    @Ctx() { library }: Context,
  ): Promise<string> {
    await library.trainings.delete(id)
    return id
  }

  @Subscription(() => TrainingType, {
    name: 'training',
    description:
      'Emits the current state, then every change, at most twice a second. Completes when the training has ended.',
    subscribe: ({ args, context }: { args: { id: string }; context: Context }) =>
      context.library.trainings.watch(args.id),
  })
  watchTraining(
    @Root() training: TrainingRow,
    @Arg('id', () => ID, { description: 'The id of a training.' }) _id: string,
  ): TrainingRow {
    return training
  }

  @Subscription(() => TrainingType, {
    name: 'trainings',
    description:
      'Follows several trainings: emits the current state of each, then every change of any, at most twice a second for each. Completes when all have ended. Without `ids`, it follows all trainings that wait or run, and those that are asked for meanwhile, and does not complete.',
    subscribe: ({ args, context }: { args: { ids?: string[] | null }; context: Context }) =>
      watchAll(args.ids, context, context.library.trainings),
  })
  watchTrainings(
    @Root() row: TrainingRow,
    @Arg('ids', () => [ID], {
      nullable: true,
      description:
        'The ids of trainings, at least one. As many as a page may have (setting SHOTBOARD_MAX_PAGE_SIZE). Default: all that wait or run, now or later.',
    })
    _ids: string[] | null | undefined,
  ): TrainingRow {
    return row
  }

  @FieldResolver(() => EncoderType, { description: 'The encoder that the adapter is trained for.' })
  encoder(@Root() { encoder }: TrainingRow, @Ctx() { library }: Context): Encoder {
    return library.encoders.get(encoder)
  }

  @FieldResolver(() => DatasetType, { nullable: true, description: 'Null after the dataset is deleted.' })
  dataset(@Root() { datasetId }: TrainingRow, @Ctx() { loaders }: Context): Promise<DatasetRow> | null {
    return datasetId === null ? null : loaders.dataset.load(datasetId)
  }

  @FieldResolver(() => Float, { description: 'The share of the steps that are done, from 0 to 1.' })
  progress(@Root() { step, steps, status }: TrainingRow): number {
    return status === 'SUCCEEDED' ? 1 : step / steps
  }

  @FieldResolver(() => Float, {
    nullable: true,
    description: 'Estimated remaining seconds. Null while unknown, and when the training has ended.',
  })
  secondsLeft(@Root() training: TrainingRow): number | null {
    return secondsLeft(training)
  }

  @FieldResolver(() => [TrainingLossType], { description: 'The loss curve, at most 200 points.' })
  losses(@Root() { losses }: TrainingRow): TrainingLossType[] {
    return losses.map(([step, loss]) => ({ step, loss }))
  }

  @FieldResolver(() => Json, { description: 'All settings, including defaults.' })
  settings(@Root() { settings }: TrainingRow): unknown {
    return settings
  }

  @FieldResolver(() => AdapterType, {
    nullable: true,
    description: 'Null until the training has succeeded, and after the adapter is removed.',
  })
  async adapter(
    @Root() { id, encoder }: TrainingRow,
    @Ctx() { library }: Context,
  ): Promise<ListedAdapter | null> {
    return (await library.adapters.list(encoder)).find((adapter) => adapter.training === id) ?? null
  }
}
