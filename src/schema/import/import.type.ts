import { Field, Float, ID, InputType, Int } from 'type-graphql'
import type { WarningRow } from '../../library/index.js'
import { ClassFolder, JobStatus } from '../enums.js'
import { ErrorCode } from '../error-code.js'
import { NodeType } from '../node/node.type.js'
import { ObjectType } from '../object-type.js'
import { connectionOf } from '../page.js'
import { DateTime, Upload } from '../scalars.js'
import type { UploadedFile } from '../upload.js'
import { WarningType } from '../warning.js'

@InputType('SplitRuleInput', {
  description:
    'How to split images that have no splits: shares of the images of every class, which add up to 1. The seed decides the draw. The same images with the same names always get the same split.',
})
export class SplitRuleInputType {
  @Field(() => Float, { defaultValue: 0.5, description: 'The share for support sets, from 0 to 1.' })
  supportPool: number

  @Field(() => Float, {
    defaultValue: 0.2,
    description: 'The share to select hyperparameters on, from 0 to 1.',
  })
  validation: number

  @Field(() => Float, { defaultValue: 0.3, description: 'The share to measure accuracy on, from 0 to 1.' })
  test: number

  @Field(() => Int, { defaultValue: 1, description: 'A 32-bit whole number.' })
  seed: number
}

@InputType('LabelsInput', {
  description:
    'The file of labels of an archive. Columns that are left out are found by their names, and so is the file. Fails with INVALID_LABELS, on the import, if it cannot be used.',
})
export class LabelsInputType {
  @Field(() => String, {
    nullable: true,
    description:
      'Its path in the archive: a .csv, .tsv or .jsonl with a column of paths and one of labels, a split of CoOp (`split_*.json`), or annotations of COCO. Images that it does not name have no label. Default: files of labels are found by looking.',
  })
  file?: string | null

  @Field(() => String, { nullable: true, description: 'The column with the paths of the images.' })
  pathColumn?: string | null

  @Field(() => String, { nullable: true, description: 'The column with the names of the classes.' })
  labelColumn?: string | null

  @Field(() => String, { nullable: true, description: 'The column with the splits.' })
  splitColumn?: string | null
}

@InputType('ImportArchiveInput', { description: 'An archive of images, and what to make of its paths.' })
export class ImportArchiveInputType {
  @Field(() => String, {
    nullable: true,
    description:
      "The name of a new dataset, or of an existing one with the same classes, which gets the new images. Default: the name in `dataset.json`, or else the archive's name.",
  })
  name?: string | null

  @Field(() => Upload, {
    description:
      'A .zip, .tar, .tar.gz, .tar.bz2 or .tar.xz file. Its paths are `split/class/image` (splits: `support_pool` or `train`, `validation`, `test`) or `class/image`, optionally inside a folder. A file of labels may name the classes instead of folders. It may contain a `dataset.json`.',
  })
  archive: UploadedFile

  @Field(() => SplitRuleInputType, {
    nullable: true,
    description: 'For images that are in no split.',
  })
  splitRule?: SplitRuleInputType | null

  @Field(() => LabelsInputType, {
    nullable: true,
    description: 'Where labels come from, if not from folders.',
  })
  labels?: LabelsInputType | null

  @Field(() => ClassFolder, { nullable: true, description: 'Default: TOP.' })
  classFrom?: ClassFolder | null

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Whether an existing dataset takes the prompts of `dataset.json`. By default it keeps its own.',
  })
  updatePrompts: boolean
}

@ObjectType('RejectedFile', { description: 'A file of an archive that was not imported, and why.' })
export class RejectedFileType {
  @Field(() => String, { description: 'The path in the archive.' })
  file: string

  @Field(() => ErrorCode, { description: 'The stable code of the reason, such as INVALID_IMAGE.' })
  code: string

  @Field(() => String, { description: 'The same as a sentence.' })
  reason: string
}

@ObjectType('Import', { implements: NodeType, description: 'The import of an archive into a dataset.' })
export class ImportType {
  @Field(() => ID, { description: 'Identifies the import; it never changes.' })
  id: string

  @Field(() => String, { description: "The archive's file name." })
  archive: string

  @Field(() => JobStatus, { description: 'Whether it waits, runs or has ended, and how.' })
  status: JobStatus

  @Field(() => String, { nullable: true, description: 'The cause of failure.' })
  error: string | null

  @Field(() => ErrorCode, { nullable: true, description: 'The stable code of `error`.' })
  errorCode: string | null

  @Field(() => Int, { nullable: true, description: 'Images to import. Null until counted.' })
  files: number | null

  @Field(() => Int, { description: 'The number of images that the dataset did not have.' })
  added: number

  @Field(() => Int, { description: 'Images that the dataset already has, or that the archive has twice.' })
  duplicates: number

  @Field(() => Int, { description: 'Files that could not be read. The others are imported.' })
  rejectedCount: number

  @Field(() => [WarningType], {
    description:
      'What may be a mistake, told when the import has succeeded: the same image under two classes or in two splits, classes of one image, names of classes that differ only by case, classes of which nothing could be read, prompts that the default encoder cuts; and images of different splits that look the same, if the features of all are there already. `Dataset.problems` and `featureProblems` tell more, and what holds later.',
  })
  warnings: readonly WarningRow[]

  @Field(() => DateTime, { description: 'When the archive was received.' })
  createdAt: Date

  @Field(() => DateTime, { nullable: true, description: 'When it ended, in whatever way. Null until then.' })
  finishedAt: Date | null
}

export const ImportConnectionType = connectionOf('ImportConnection', () => ImportType)

/** What a mutation that starts or stops an import answers. */
export const startedImport = {
  import: { type: () => ImportType, description: 'The import as it is now.' },
}
