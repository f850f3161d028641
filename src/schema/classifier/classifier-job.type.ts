import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql'
import { ClassifierJobKind } from '../../library/index.js'
import { JobStatus, Split } from '../enums.js'
import { ErrorCode } from '../error-code.js'
import { NodeType } from '../node/node.type.js'
import { ObjectType } from '../object-type.js'
import { connectionOf } from '../page.js'
import { DateTime } from '../scalars.js'
import { CreateClassifierInputType } from './classifier.type.js'

registerEnumType(ClassifierJobKind, {
  name: 'ClassifierJobKind',
  description: 'What a job does with a classifier.',
  valuesConfig: {
    CREATE: { description: 'It makes a classifier.' },
    UPDATE: { description: 'It makes a new version of a classifier, and puts it in use.' },
    EVALUATE: { description: 'It measures a classifier on a dataset.' },
  },
})

@InputType('StartClassifierCreationInput', {
  description: 'A classifier that is made in the background, from what `createClassifier` takes.',
})
export class StartClassifierCreationInputType extends CreateClassifierInputType {}

@InputType('StartClassifierUpdateInput', {
  description:
    'A version of a classifier that is made in the background, from what `updateClassifier` takes.',
})
export class StartClassifierUpdateInputType extends CreateClassifierInputType {}

@InputType('StartClassifierEvaluationInput', {
  description: 'A classifier, and the images of a dataset that it is measured on in the background.',
})
export class StartClassifierEvaluationInputType {
  @Field(() => ID, { description: 'The name or the id of the classifier.' })
  classifier: string

  @Field(() => Int, { nullable: true, description: 'Its version. Default: the one in use.' })
  version?: number | null

  @Field(() => ID, { description: 'The id of a dataset whose classes the classifier has.' })
  dataset: string

  @Field(() => Split, { nullable: true, description: 'The images with a label. Default: TEST.' })
  split?: Split | null

  @Field(() => Boolean, {
    nullable: true,
    description: 'The images without a label, in place of those of a split. Default: false.',
  })
  unlabelled?: boolean | null
}

@ObjectType('ClassifierJob', {
  implements: NodeType,
  description: 'The making or the evaluation of a classifier, in the background.',
})
export class ClassifierJobType {
  @Field(() => ID, { description: 'Identifies the job; it never changes.' })
  id: string

  @Field(() => ClassifierJobKind, { description: 'What it does.' })
  kind: ClassifierJobKind

  @Field(() => String, { description: 'The name of the classifier when it was asked for.' })
  classifierName: string

  @Field(() => Int, {
    nullable: true,
    description: 'The version that it has made, or that it evaluates. Null before it is made.',
  })
  version: number | null

  @Field(() => Int, {
    description: 'The images that were not encoded yet when it began. 0 before it has counted them.',
  })
  images: number

  @Field(() => Int, { description: 'Those of them that are encoded. What follows takes seconds.' })
  done: number

  @Field(() => JobStatus, { description: 'Whether it waits, runs or has ended, and how.' })
  status: JobStatus

  @Field(() => String, { nullable: true, description: 'The cause of failure, or of waiting.' })
  error: string | null

  @Field(() => ErrorCode, { nullable: true, description: 'The stable code of `error`.' })
  errorCode: string | null

  @Field(() => DateTime, { description: 'When it was asked for.' })
  createdAt: Date

  @Field(() => DateTime, { nullable: true, description: 'When it ended, in whatever way. Null until then.' })
  finishedAt: Date | null
}

export const ClassifierJobConnectionType = connectionOf('ClassifierJobConnection', () => ClassifierJobType)
