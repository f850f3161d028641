import { Field, Float, ID, InputType, Int, registerEnumType } from 'type-graphql'
import { JobStatus } from '../enums.js'
import { ErrorCode } from '../error-code.js'
import { NodeType } from '../node/node.type.js'
import { ObjectType } from '../object-type.js'
import { connectionOf } from '../page.js'
import { DateTime } from '../scalars.js'

export enum TrainingObjective {
  SUPERVISED = 'supervised',
  SELF_SUPERVISED = 'self-supervised',
}
registerEnumType(TrainingObjective, {
  name: 'TrainingObjective',
  description: 'What an adapter learns from generic images.',
  valuesConfig: {
    SUPERVISED: { description: 'Their labels.' },
    SELF_SUPERVISED: { description: 'The same features for two crops of an image (DINO). Needs no labels.' },
  },
})

@InputType('TrainAdapterInput', {
  description: 'Defaults are the values of the paper (arXiv 2409.11338) for the objective.',
})
export class TrainAdapterInputType {
  @Field(() => ID, { description: 'The dataset with the generic images. All splits are used.' })
  dataset: string

  @Field(() => ID, { nullable: true, description: 'Default: the default encoder.' })
  encoder?: string | null

  @Field(() => String, {
    nullable: true,
    description:
      'The adapter becomes the space `imo:NAME`. Lower-case letters, digits, dots, dashes and underscores. Default: the objective and the first free number.',
  })
  name?: string | null

  @Field(() => TrainingObjective, {
    defaultValue: TrainingObjective.SUPERVISED,
    description: 'What the adapter learns. Only SUPERVISED uses the labels.',
  })
  objective: TrainingObjective

  @Field(() => Int, { nullable: true, description: "The inner width of every block's adapter." })
  bottleneck?: number | null

  @Field(() => Float, { nullable: true, description: "The factor applied to the adapters' output." })
  scale?: number | null

  @Field(() => Int, {
    nullable: true,
    description:
      'How often every image is seen, from 1 to 10,000. Default: 1 with SUPERVISED, 10 with SELF_SUPERVISED.',
  })
  epochs?: number | null

  @Field(() => Int, { nullable: true, description: 'Images per step.' })
  batch?: number | null

  @Field(() => Float, {
    nullable: true,
    description: 'The learning rate; the peak rate for self-supervised training.',
  })
  rate?: number | null

  @Field(() => Float, {
    nullable: true,
    description:
      'The weight decay of AdamW, from 0 to 1. Default: 0.01 with SUPERVISED, 0.04 with SELF_SUPERVISED.',
  })
  weightDecay?: number | null

  @Field(() => Int, {
    nullable: true,
    description:
      'Decides the initial weights, the order of the images and their crops: a 32-bit whole number. Default: 1.',
  })
  seed?: number | null

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether pixels are normalised as for inference. Default: true. The published training code does not normalise them.',
  })
  normalise?: boolean | null

  @Field(() => Float, {
    nullable: true,
    description: 'Supervised: the share of the bottleneck dropped at every step.',
  })
  dropout?: number | null

  @Field(() => Int, {
    nullable: true,
    description: 'Self-supervised: epochs until the peak rate.',
  })
  warmUpEpochs?: number | null

  @Field(() => Float, {
    nullable: true,
    description: 'Self-supervised: the share of the teacher kept at every step.',
  })
  teacherMomentum?: number | null

  @Field(() => Int, { nullable: true, description: 'Self-supervised: the number of small crops per image.' })
  localCrops?: number | null

  @Field(() => Float, {
    nullable: true,
    description: "Self-supervised: the side of a small crop, as a share of the encoder's image size.",
  })
  localSize?: number | null

  @Field(() => Int, {
    nullable: true,
    description: 'Self-supervised: the number of outputs of the projection head.',
  })
  prototypes?: number | null
}

@ObjectType('TrainingLoss', { description: 'A point of a loss curve.' })
export class TrainingLossType {
  @Field(() => Int, { description: 'The step, from 1.' })
  step: number

  @Field(() => Float, { description: 'The mean loss of the steps since the previous point.' })
  loss: number
}

@ObjectType('Training', { implements: NodeType, description: 'The training of an adapter.' })
export class TrainingType {
  @Field(() => ID, { description: 'Identifies the training; it never changes.' })
  id: string

  @Field(() => String, { description: 'The name of the adapter.' })
  name: string

  @Field(() => JobStatus, { description: 'Whether it waits, runs or has ended, and how.' })
  status: JobStatus

  @Field(() => Int, { description: 'The number of steps of the whole training, at least 1.' })
  steps: number

  @Field(() => Int, { description: 'Steps that are done.' })
  step: number

  @Field(() => Float, { nullable: true, description: 'Measured over the last steps. Null until known.' })
  imagesPerSecond: number | null

  @Field(() => String, { nullable: true, description: 'The cause of failure, or of waiting.' })
  error: string | null

  @Field(() => ErrorCode, { nullable: true, description: 'The stable code of `error`.' })
  errorCode: string | null

  @Field(() => DateTime, { description: 'When the training was asked for.' })
  createdAt: Date

  @Field(() => DateTime, { nullable: true, description: 'When it ended, in whatever way. Null until then.' })
  finishedAt: Date | null
}

export const TrainingConnectionType = connectionOf('TrainingConnection', () => TrainingType)
