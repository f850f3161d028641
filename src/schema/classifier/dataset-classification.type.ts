import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql'
import { ClassificationFormat } from '../../library/index.js'
import { absoluteIfKnown } from '../address.js'
import { JobStatus, Split } from '../enums.js'
import { ErrorCode } from '../error-code.js'
import { NodeType } from '../node/node.type.js'
import { ObjectType } from '../object-type.js'
import { connectionOf } from '../page.js'
import { DateTime } from '../scalars.js'

registerEnumType(ClassificationFormat, {
  name: 'ClassificationFormat',
  description: 'How the answers of a classifier are written.',
  valuesConfig: {
    CSV: { description: 'Text with a header, for spreadsheets and scripts (RFC 4180).' },
    PARQUET: { description: 'Columns with types, for data frames and query engines.' },
  },
})

@InputType('ClassifyDatasetInput', {
  description: 'The images of a dataset, and the classifier that answers.',
})
export class ClassifyDatasetInputType {
  @Field(() => ID, { description: 'The name or the id of the classifier.' })
  classifier: string

  @Field(() => Int, { nullable: true, description: 'Its version. Default: the one in use.' })
  version?: number | null

  @Field(() => ID, {
    nullable: true,
    description:
      'The dataset. Its classes need not be those of the classifier. Give either this or `bucket`.',
  })
  dataset?: string | null

  @Field(() => String, {
    nullable: true,
    description:
      'A bucket whose objects are classified, as `s3://BUCKET/PREFIX`. The operator says which may be read (SHOTBOARD_READ_BUCKETS); others fail with BUCKET_NOT_ALLOWED. Each object is a row with its key in the column `file`; one that is no image has an error.',
  })
  bucket?: string | null

  @Field(() => Split, {
    nullable: true,
    description: 'Only images of this split. Default: all with a label.',
  })
  split?: Split | null

  @Field(() => Boolean, {
    nullable: true,
    description: 'The images without a label, in place of those with one. Default: false.',
  })
  unlabelled?: boolean | null

  @Field(() => Int, {
    nullable: true,
    description: 'How many classes to tell of an image, the best first, from 1 to 20. Default: 1.',
  })
  topK?: number | null

  @Field(() => ClassificationFormat, { nullable: true, description: 'Default: CSV.' })
  format?: ClassificationFormat | null
}

@ObjectType('DatasetClassificationPart', {
  description: 'A file with the answers to some of the images, in the order in which they came.',
})
export class DatasetClassificationPartType {
  @Field(() => Int, { description: 'The number of the part, from 1.' })
  number: number

  @Field(() => Int, { description: 'The number of images, each a row of the file.' })
  images: number

  @Field(() => Int, { description: 'The images among them that cannot be read. Their rows have an error.' })
  unread: number

  @Field(() => Int, { description: 'The size of the file in bytes.' })
  bytes: number

  @Field(() => String, { description: `The address of the file. ${absoluteIfKnown}` })
  url: string
}

export const DatasetClassificationPartConnectionType = connectionOf(
  'DatasetClassificationPartConnection',
  () => DatasetClassificationPartType,
)

@ObjectType('DatasetClassification', {
  implements: NodeType,
  description: 'The classification of the images of a dataset, in the background.',
})
export class DatasetClassificationType {
  @Field(() => ID, { description: 'Identifies the classification; it never changes.' })
  id: string

  @Field(() => String, {
    nullable: true,
    description: 'The address of the bucket whose objects it classifies. Null for a dataset.',
  })
  bucket: string | null

  @Field(() => String, { description: 'The name of the classifier when it was asked for.' })
  classifierName: string

  @Field(() => Int, { description: 'The version of the classifier.' })
  version: number

  @Field(() => Split, { nullable: true, description: 'Only images of this split; null for all.' })
  split: Split | null

  @Field(() => Boolean, { description: 'Whether it is of the images without a label.' })
  unlabelled: boolean

  @Field(() => Int, { description: 'How many classes are told of an image.' })
  topK: number

  @Field(() => ClassificationFormat, { description: 'How the answers are written.' })
  format: ClassificationFormat

  @Field(() => Int, {
    description:
      'The number of images when it was asked for. Images that are removed before their turn get no row.',
  })
  images: number

  @Field(() => Int, { description: 'Images that have an answer or an error.' })
  done: number

  @Field(() => Int, { description: 'Those of them that cannot be read, as far as their parts are written.' })
  unread: number

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

export const DatasetClassificationConnectionType = connectionOf(
  'DatasetClassificationConnection',
  () => DatasetClassificationType,
)
