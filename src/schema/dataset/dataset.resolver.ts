import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql'
import {
  type AddImagesResult,
  type ChangedDataset,
  type ClassRow,
  type DatasetRow,
  type Page,
  type PromptedDataset,
  type SplitCountRow,
  templateSets,
} from '../../library/index.js'
import { atArgument } from '../arguments.js'
import type { Context } from '../context.js'
import { deletedId } from '../deleted-id.js'
import { imageInput, requireImageLimit } from '../image/image.js'
import { type InputOfId, inputOfId } from '../input-of-id.js'
import { pageOfWhole, pageRequest, WholeList, WholeListArguments } from '../page.js'
import { PayloadMutation } from '../payload-mutation.js'
import { addedImages } from './added-images.js'
import {
  AddImagesInputType,
  ClassLabelConnectionType,
  CreateDatasetInputType,
  DatasetConnectionType,
  DatasetType,
  PromptTemplateSetType,
  SetAllPromptsInputType,
  SetPromptsInputType,
  SplitCountType,
} from './dataset.type.js'
import { DatasetsArguments } from './datasets-arguments.js'
import {
  addedImagesWarnings,
  changedDataset,
  datasetWarnings,
  mendedDataset,
  promptedWarnings,
} from './mended-dataset.js'

const DeleteDatasetInputType = inputOfId(
  'DeleteDatasetInput',
  'A dataset that is to go.',
  'The id of a dataset.',
)

@Resolver(() => DatasetType)
export class DatasetResolver {
  @Query(() => DatasetType, {
    nullable: true,
    description: 'A dataset by its id. Fails with UNKNOWN_DATASET if there is none.',
  })
  dataset(
    @Arg('id', () => ID, { description: 'The id of a dataset.' }) id: string,
    @Ctx() { loaders }: Context,
  ): Promise<DatasetRow> {
    return loaders.dataset.load(id)
  }

  @Query(() => DatasetConnectionType, { description: 'Newest first by default.' })
  datasets(
    @Args(() => DatasetsArguments) { name, orderBy, direction, ...page }: DatasetsArguments,
    @Ctx() context: Context,
  ): Promise<Page<DatasetRow>> {
    return context.library.datasets.page(
      pageRequest(page, context),
      name == null ? {} : { name },
      orderBy ?? undefined,
      direction ?? undefined,
    )
  }

  @PayloadMutation(changedDataset, {
    description:
      'Makes a dataset with classes and without images. `addImages` adds them. Fails with DATASET_EXISTS if the name is in use.',
    warnings: datasetWarnings,
  })
  createDataset(
    @Arg('input', () => CreateDatasetInputType, { description: 'The name and the classes.' })
    input: CreateDatasetInputType,
    @Ctx() { library }: Context,
  ): Promise<DatasetRow> {
    return library.datasets.create(input)
  }

  @PayloadMutation(addedImages, {
    description:
      'Adds images. Images that cannot be read are listed in `rejected`; the others are added. It can be undone: `change` has the change.',
    warnings: addedImagesWarnings,
  })
  addImages(
    @Arg('input', () => AddImagesInputType, {
      description: 'The dataset, and images with their classes and splits.',
    })
    { dataset, images }: AddImagesInputType,
    @Ctx() { library, limits }: Context,
  ): Promise<AddImagesResult> {
    requireImageLimit(images, limits, 'images')
    const labelled = images.map((each) => ({ ...each, image: imageInput(each.image) }))
    return library.datasets.addImages({ dataset, images: labelled })
  }

  @PayloadMutation(mendedDataset, {
    description:
      'Replaces the prompts of some classes. Only text features are computed again. It can be undone. Fails with IN_USE while a comparison uses the current prompts.',
    warnings: datasetWarnings,
  })
  setPrompts(
    @Arg('input', () => SetPromptsInputType, {
      description: 'The dataset, and classes with their new prompts.',
    })
    input: SetPromptsInputType,
    @Ctx() { library }: Context,
  ): Promise<ChangedDataset> {
    return library.datasets.setPrompts(input)
  }

  @PayloadMutation(mendedDataset, {
    description:
      'Replaces the prompts of all classes, by templates or by a file of sentences; `warnings` has UNUSED_PROMPTS for sentences of names that no class has. Otherwise as `setPrompts`.',
    warnings: promptedWarnings,
  })
  setAllPrompts(
    @Arg('input', () => SetAllPromptsInputType, {
      description: 'The dataset, and where the prompts come from.',
    })
    { dataset, prompts }: SetAllPromptsInputType,
    @Ctx() { library }: Context,
  ): Promise<PromptedDataset> {
    return atArgument('prompts', library.datasets.setAllPrompts({ dataset, ...prompts }), 'dataset')
  }

  @Query(() => [PromptTemplateSetType], {
    description: "Templates by name: OpenAI's for ImageNet, and those of the data sets in CoOp.",
  })
  promptTemplateSets(): PromptTemplateSetType[] {
    return Object.entries(templateSets).map(([name, templates]) => ({ name, templates }))
  }

  @PayloadMutation(deletedId, {
    description:
      'Deletes a dataset with its support sets, the comparisons that use it, and the images and features that no other dataset has. Fails with IN_USE while a comparison, an import or a training uses it.',
  })
  async deleteDataset(
    @Arg('input', () => DeleteDatasetInputType, { description: 'The dataset.' }) { id }: InputOfId,
    @Ctx() { library }: Context,
  ): Promise<string> {
    await library.deletions.dataset(id)
    return id
  }

  @WholeList()
  @FieldResolver(() => ClassLabelConnectionType, { description: 'In the order of their index.' })
  async classes(
    @Root() { id }: DatasetRow,
    @Args(() => WholeListArguments) page: WholeListArguments,
    @Ctx() context: Context,
  ): Promise<Page<ClassRow>> {
    return pageOfWhole(await context.loaders.classes.load(id), page, context)
  }

  @FieldResolver(() => [SplitCountType], {
    description: 'The number of images in each split. A split without images is left out.',
  })
  counts(@Root() { id }: DatasetRow, @Ctx() { loaders }: Context): Promise<SplitCountRow[]> {
    return loaders.counts.load(id)
  }
}
