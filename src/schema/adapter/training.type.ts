import { Field, Float, ID, InputType, Int, registerEnumType } from 'type-graphql'
import { JobStatus } from '../enums.js'
import { ObjectType } from '../object-type.js'
import { connectionOf } from '../page.js'
import { DateTime } from '../scalars.js'

export enum TrainingObjective {
  SUPERVISED = 'supervised',
  SELF_SUPERVISED = 'self-supervised',
}
registerEnumType(TrainingObjective, {
  name: 'TrainingObjective',
  description:
    'What an adapter learns from generic images: their labels, or to see the same in two crops (DINO).',
})

@InputType('TrainAdapterInput', {
  description: 'What is not given is as in the paper (arXiv 2409.11338), by the objective.',
})
export class TrainAdapterInputType {
  @Field(() => ID, { description: 'The generic images, of all splits together.' })
  dataset: string

  @Field(() => ID, { nullable: true, description: 'The default encoder unless given.' })
  encoder?: string | null

  @Field(() => String, {
    nullable: true,
    description:
      'The adapter is then the space `imo:NAME`: small letters, digits, dots, dashes and underscores. The objective and the first free number unless given.',
  })
  name?: string | null

  @Field(() => TrainingObjective, { defaultValue: TrainingObjective.SUPERVISED })
  objective: TrainingObjective

  @Field(() => Int, { nullable: true, description: "The inner width of every block's adapter." })
  bottleneck?: number | null

  @Field(() => Float, { nullable: true, description: "What the adapters' output is multiplied by." })
  scale?: number | null

  @Field(() => Int, { nullable: true })
  epochs?: number | null

  @Field(() => Int, { nullable: true, description: 'Images a step.' })
  batch?: number | null

  @Field(() => Float, {
    nullable: true,
    description: 'The learning rate; with self-supervision its highest.',
  })
  rate?: number | null

  @Field(() => Float, { nullable: true })
  weightDecay?: number | null

  @Field(() => Int, { nullable: true })
  seed?: number | null

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether pixels are normalised as in inference: yes unless given. The published training code leaves that out.',
  })
  normalise?: boolean | null

  @Field(() => Float, {
    nullable: true,
    description: 'Supervised: the share of the bottleneck left out at every step.',
  })
  dropout?: number | null

  @Field(() => Int, {
    nullable: true,
    description: 'Self-supervised: epochs until the rate is at its highest.',
  })
  warmUpEpochs?: number | null

  @Field(() => Float, {
    nullable: true,
    description: 'Self-supervised: how much of the teacher stays at every step.',
  })
  teacherMomentum?: number | null

  @Field(() => Int, { nullable: true, description: 'Self-supervised: small crops of every image.' })
  localCrops?: number | null

  @Field(() => Float, {
    nullable: true,
    description: "Self-supervised: the side of a small crop, as a share of the encoder's.",
  })
  localSize?: number | null

  @Field(() => Int, { nullable: true, description: 'Self-supervised: what the projection head gives.' })
  prototypes?: number | null
}

@ObjectType('TrainingLoss')
export class TrainingLossType {
  @Field(() => Int, { description: 'The step, counted from 1.' })
  step: number

  @Field(() => Float, { description: 'Its loss; of many steps, the mean of those since the point before.' })
  loss: number
}

@ObjectType('Training', { description: 'An adapter in the making.' })
export class TrainingType {
  @Field(() => ID)
  id: string

  @Field(() => String, { description: 'What the adapter is called.' })
  name: string

  @Field(() => JobStatus)
  status: JobStatus

  @Field(() => Int)
  steps: number

  @Field(() => Int, { description: 'How many of them have been taken.' })
  step: number

  @Field(() => Float, { nullable: true, description: 'Over the last steps; null until it is known.' })
  imagesPerSecond: number | null

  @Field(() => String, { nullable: true, description: 'What stopped it, or what it waits for.' })
  error: string | null

  @Field(() => String, { nullable: true, description: 'The stable code of that.' })
  errorCode: string | null

  @Field(() => DateTime)
  createdAt: Date

  @Field(() => DateTime, { nullable: true })
  finishedAt: Date | null
}

export const TrainingConnectionType = connectionOf('TrainingConnection', () => TrainingType)
