import {
  Arg,
  Ctx,
  FieldResolver,
  Float,
  ID,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql'
import {
  type DatasetRow,
  type Encoder,
  type ListedAdapter,
  type Page,
  secondsLeft,
  type TrainingRow,
} from '../../library/index.js'
import { atInput } from '../arguments.js'
import type { Context } from '../context.js'
import { DatasetType } from '../dataset/dataset.type.js'
import { EncoderType } from '../encoder/encoder.js'
import { JobStatus } from '../enums.js'
import { defaultPageSize, pageRequest } from '../page.js'
import { Json } from '../scalars.js'
import { AdapterType } from './adapter.type.js'
import {
  TrainAdapterInputType,
  TrainingConnectionType,
  TrainingLossType,
  TrainingType,
} from './training.type.js'

@Resolver(() => TrainingType)
export class TrainingResolver {
  @Query(() => TrainingType, { nullable: true })
  training(@Arg('id', () => ID) id: string, @Ctx() { loaders }: Context): Promise<TrainingRow> {
    return loaders.training.load(id)
  }

  @Query(() => TrainingConnectionType, { description: 'Newest first.' })
  trainings(
    @Arg('encoder', () => ID, { nullable: true }) encoder: string | null | undefined,
    @Arg('status', () => JobStatus, { nullable: true }) status: JobStatus | null | undefined,
    @Arg('first', () => Int, { nullable: true, defaultValue: defaultPageSize }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null | undefined,
    @Ctx() context: Context,
  ): Promise<Page<TrainingRow>> {
    const filter = { ...(encoder != null && { encoder }), ...(status && { status }) }
    return context.library.trainings.page(pageRequest(first, after, context), filter)
  }

  @Mutation(() => TrainingType, {
    description:
      "Trains an adapter on generic images, in the background, and after a restart from the last checkpoint. When it has succeeded the adapter is one more space of the encoder's.",
  })
  trainAdapter(
    @Arg('input', () => TrainAdapterInputType) input: TrainAdapterInputType,
    @Ctx() { library }: Context,
  ): Promise<TrainingRow> {
    return atInput(library.trainings.train(input))
  }

  @Mutation(() => TrainingType, {
    description: 'Stops a training; `resumeTraining` takes it up where it stopped.',
  })
  cancelTraining(@Arg('id', () => ID) id: string, @Ctx() { library }: Context): Promise<TrainingRow> {
    return library.trainings.cancel(id)
  }

  @Mutation(() => TrainingType, {
    description: 'Takes up a training that failed or was cancelled, from its last checkpoint.',
  })
  resumeTraining(@Arg('id', () => ID) id: string, @Ctx() { library }: Context): Promise<TrainingRow> {
    return library.trainings.goOn(id)
  }

  @Mutation(() => ID, {
    description: 'Forgets a training that has ended, with its checkpoint. Its adapter stays.',
  })
  async deleteTraining(@Arg('id', () => ID) id: string, @Ctx() { library }: Context): Promise<string> {
    await library.trainings.delete(id)
    return id
  }

  @Subscription(() => TrainingType, {
    name: 'training',
    description:
      'The training as it is, and then as it becomes, at most twice a second; ends when it has ended.',
    subscribe: ({ args, context }: { args: { id: string }; context: Context }) =>
      context.library.trainings.watch(args.id),
  })
  watchTraining(@Root() training: TrainingRow, @Arg('id', () => ID) _id: string): TrainingRow {
    return training
  }

  @FieldResolver(() => EncoderType)
  encoder(@Root() { encoder }: TrainingRow, @Ctx() { library }: Context): Encoder {
    return library.encoders.get(encoder)
  }

  @FieldResolver(() => DatasetType, { nullable: true, description: 'Null once it is deleted.' })
  dataset(@Root() { datasetId }: TrainingRow, @Ctx() { loaders }: Context): Promise<DatasetRow> | null {
    return datasetId === null ? null : loaders.dataset.load(datasetId)
  }

  @FieldResolver(() => Float, { description: 'The share of the steps taken, from 0 to 1.' })
  progress(@Root() { step, steps, status }: TrainingRow): number {
    return status === 'SUCCEEDED' ? 1 : step / steps
  }

  @FieldResolver(() => Float, {
    nullable: true,
    description: 'Null while it is not known, and when it has ended.',
  })
  secondsLeft(@Root() training: TrainingRow): number | null {
    return secondsLeft(training)
  }

  @FieldResolver(() => [TrainingLossType], { description: 'The loss curve: 200 points at most.' })
  losses(@Root() { losses }: TrainingRow): TrainingLossType[] {
    return losses.map(([step, loss]) => ({ step, loss }))
  }

  @FieldResolver(() => Json, { description: 'Every setting, those that were not given as well.' })
  settings(@Root() { settings }: TrainingRow): unknown {
    return settings
  }

  @FieldResolver(() => AdapterType, {
    nullable: true,
    description: 'Null until it is made, and once it is removed.',
  })
  async adapter(
    @Root() { id, encoder }: TrainingRow,
    @Ctx() { library }: Context,
  ): Promise<ListedAdapter | null> {
    return (await library.adapters.list(encoder)).find((adapter) => adapter.training === id) ?? null
  }
}
