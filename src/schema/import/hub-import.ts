import { Arg, Ctx, Field, InputType, Query, Resolver } from 'type-graphql'
import { type HubDataset, type ImportPlan, type ImportRow, parseHubDataset } from '../../library/index.js'
import { atInput } from '../arguments.js'
import { computed } from '../complexity.js'
import type { Context } from '../context.js'
import { ClassFolder } from '../enums.js'
import { PayloadMutation } from '../payload-mutation.js'
import { LabelsInputType, SplitRuleInputType, startedImport } from './import.type.js'
import { ImportPreviewType } from './import-preview.js'

@InputType('ImportFromHubInput', {
  description: 'A dataset of the Hugging Face hub, and what to make of its files.',
})
class ImportFromHubInputType {
  @Field(() => String, {
    description:
      'The dataset: `hf:owner/name`, or `hf:owner/name@revision` with a branch, a tag or a commit.',
  })
  source: string

  @Field(() => String, { nullable: true, description: 'The name of a configuration, if it has several.' })
  config?: string | null

  @Field(() => [String], {
    nullable: true,
    description: 'The names of its splits to import, as the dataset has them. Default: all.',
  })
  splits?: string[] | null

  @Field(() => String, {
    nullable: true,
    description:
      'The name of a new dataset, or of an existing one with the same classes, which gets the new images. Default: the name on the hub.',
  })
  name?: string | null

  @Field(() => SplitRuleInputType, { nullable: true, description: 'For images that are in no split.' })
  splitRule?: SplitRuleInputType | null

  @Field(() => LabelsInputType, {
    nullable: true,
    description:
      'The file of labels. With parquet files, `pathColumn` is the column of images, and `labelColumn` and `splitColumn` are theirs.',
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

@Resolver()
export class HubImportResolver {
  @PayloadMutation(startedImport, {
    description:
      'Imports a dataset of the Hugging Face hub in the background, at the commit that its revision has now: parquet files with a column of images, or image files. Fails with HUB_DATASET_NOT_FOUND or HUB_DATASET_ACCESS_DENIED. Problems of its content are reported on the import.',
  })
  async importFromHub(
    @Arg('input', () => ImportFromHubInputType, {
      description: 'The dataset, and what to make of its files.',
    })
    input: ImportFromHubInputType,
    @Ctx() { library }: Context,
  ): Promise<ImportRow> {
    return library.imports.importHub({ ...input, dataset: datasetOf(input) })
  }

  @Query(() => ImportPreviewType, {
    description:
      'What `importFromHub` would do with the same input. It downloads the dataset, and keeps it for the import that may follow, at most until a start a week later. Fails as the import would.',
    complexity: computed({ base: 1000 }),
  })
  async hubImportPreview(
    @Arg('input', () => ImportFromHubInputType, {
      description: 'The dataset, and what to make of its files.',
    })
    input: ImportFromHubInputType,
    @Ctx() { library }: Context,
  ): Promise<ImportPlan> {
    const plan = async () => library.imports.planHub({ ...input, dataset: datasetOf(input) })
    return atInput(plan())
  }
}

const datasetOf = ({ source, config, splits }: ImportFromHubInputType): HubDataset =>
  parseHubDataset(source, { ...(config != null && { config }), ...(splits != null && { splits }) })
