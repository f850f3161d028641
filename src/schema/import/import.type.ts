import type { FileUpload } from 'graphql-upload/processRequest.mjs'
import { Field, Float, ID, InputType, Int } from 'type-graphql'
import { JobStatus } from '../enums.js'
import { ObjectType } from '../object-type.js'
import { connectionOf } from '../page.js'
import { DateTime, Upload } from '../scalars.js'

@InputType('SplitRuleInput', {
  description:
    'How images without splits are split: shares of the images of every class, which add up to 1, drawn by the seed. The same images under the same names are split the same way.',
})
export class SplitRuleInputType {
  @Field(() => Float, { defaultValue: 0.5 })
  supportPool: number

  @Field(() => Float, { defaultValue: 0.2 })
  validation: number

  @Field(() => Float, { defaultValue: 0.3 })
  test: number

  @Field(() => Int, { defaultValue: 1 })
  seed: number
}

@InputType('ImportArchiveInput')
export class ImportArchiveInputType {
  @Field(() => String, {
    nullable: true,
    description:
      "The dataset's name: a new one's, or that of one with the same classes, which then gets what is new. Otherwise the one in `dataset.json`, otherwise the archive's.",
  })
  name?: string | null

  @Field(() => Upload, {
    description:
      'A .zip or .tar.gz laid out `split/class/image` (the splits `support_pool`, `validation` and `test`) or `class/image`, with or without one folder around it, and with or without a `dataset.json`.',
  })
  archive: Promise<FileUpload>

  @Field(() => SplitRuleInputType, { nullable: true, description: 'For an archive laid out `class/image`.' })
  splitRule?: SplitRuleInputType | null

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Whether a dataset that is there already takes the prompts of `dataset.json`; otherwise it keeps its own.',
  })
  updatePrompts: boolean
}

@ObjectType('RejectedFile')
export class RejectedFileType {
  @Field(() => String, { description: 'Its path in the archive.' })
  file: string

  @Field(() => String)
  code: string

  @Field(() => String)
  reason: string
}

@ObjectType('Import', { description: 'An archive on its way into a dataset.' })
export class ImportType {
  @Field(() => ID)
  id: string

  @Field(() => String, { description: "The archive's file name." })
  archive: string

  @Field(() => JobStatus)
  status: JobStatus

  @Field(() => String, { nullable: true, description: 'What stopped it.' })
  error: string | null

  @Field(() => String, { nullable: true, description: 'The stable code of what stopped it.' })
  errorCode: string | null

  @Field(() => Int, { nullable: true, description: 'Images to import; null until they have been counted.' })
  files: number | null

  @Field(() => Int)
  added: number

  @Field(() => Int, { description: 'Images that the dataset has already, or that the archive has twice.' })
  duplicates: number

  @Field(() => Int, { description: 'Files that could not be read; they stop no others.' })
  rejectedCount: number

  @Field(() => DateTime)
  createdAt: Date

  @Field(() => DateTime, { nullable: true })
  finishedAt: Date | null
}

export const ImportConnectionType = connectionOf('ImportConnection', () => ImportType)
