import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql'
import {
  type AddImagesResult,
  type ChangedDataset,
  type ClassRow,
  type DatasetRow,
  type Page,
  type SplitCountRow,
  templateSets,
} from '../../library/index.js'
import { atInput } from '../arguments.js'
import type { Context } from '../context.js'
import { imageInput, requireImageLimit } from '../image/image.js'
import { PageArguments, pageRequest } from '../page.js'
import {
  AddImagesInputType,
  AddImagesResultType,
  ClassLabelType,
  CreateDatasetInputType,
  DatasetConnectionType,
  DatasetType,
  PromptTemplateSetType,
  SetAllPromptsInputType,
  SetPromptsInputType,
  SplitCountType,
} from './dataset.type.js'

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

  @Query(() => DatasetConnectionType, { description: 'Newest first.' })
  datasets(
    @Args(() => PageArguments) { first, after }: PageArguments,
    @Ctx() context: Context,
  ): Promise<Page<DatasetRow>> {
    return context.library.datasets.page(pageRequest(first, after, context))
  }

  @Mutation(() => DatasetType, {
    description:
      'Makes a dataset with classes and without images. `addImages` adds them. Fails with DATASET_EXISTS if the name is in use.',
  })
  createDataset(
    @Arg('input', () => CreateDatasetInputType, { description: 'The name and the classes.' })
    input: CreateDatasetInputType,
    @Ctx() { library }: Context,
  ): Promise<DatasetRow> {
    return atInput(library.datasets.create(input))
  }

  @Mutation(() => AddImagesResultType, {
    description:
      'Adds images. Images that cannot be read are listed in `rejected`; the others are added. It can be undone: `dataset.change` has the change.',
  })
  addImages(
    @Arg('input', () => AddImagesInputType, {
      description: 'The dataset, and images with their classes and splits.',
    })
    { dataset, images }: AddImagesInputType,
    @Ctx() { library, limits }: Context,
  ): Promise<AddImagesResult> {
    requireImageLimit(images, limits)
    const labelled = images.map((each) => ({ ...each, image: imageInput(each.image) }))
    return atInput(library.datasets.addImages({ dataset, images: labelled }))
  }

  @Mutation(() => DatasetType, {
    description:
      'Replaces the prompts of some classes. Only text features are computed again. It can be undone. Fails with IN_USE while a comparison uses the current prompts.',
  })
  setPrompts(
    @Arg('input', () => SetPromptsInputType, {
      description: 'The dataset, and classes with their new prompts.',
    })
    input: SetPromptsInputType,
    @Ctx() { library }: Context,
  ): Promise<ChangedDataset> {
    return atInput(library.datasets.setPrompts(input))
  }

  @Mutation(() => DatasetType, {
    description:
      'Replaces the prompts of all classes, by templates or by a file of sentences. Otherwise as `setPrompts`.',
  })
  setAllPrompts(
    @Arg('input', () => SetAllPromptsInputType, {
      description: 'The dataset, and where the prompts come from.',
    })
    input: SetAllPromptsInputType,
    @Ctx() { library }: Context,
  ): Promise<ChangedDataset> {
    return atInput(library.datasets.setAllPrompts(input))
  }

  @Query(() => [PromptTemplateSetType], {
    description: "Templates by name: OpenAI's for ImageNet, and those of the data sets in CoOp.",
  })
  promptTemplateSets(): PromptTemplateSetType[] {
    return Object.entries(templateSets).map(([name, templates]) => ({ name, templates }))
  }

  @Mutation(() => ID, {
    description:
      'Deletes a dataset with its support sets, the comparisons that use it, and the images and features that no other dataset has. Fails with IN_USE while a comparison, an import or a training uses it. Returns the id.',
  })
  async deleteDataset(
    @Arg('id', () => ID, { description: 'The id of a dataset.' }) id: string,
    @Ctx() { library }: Context,
  ): Promise<string> {
    await library.deletions.dataset(id)
    return id
  }

  @FieldResolver(() => [ClassLabelType], { description: 'In the order of their index.' })
  classes(@Root() { id }: DatasetRow, @Ctx() { loaders }: Context): Promise<ClassRow[]> {
    return loaders.classes.load(id)
  }

  @FieldResolver(() => [SplitCountType], {
    description: 'The number of images in each split. A split without images is left out.',
  })
  counts(@Root() { id }: DatasetRow, @Ctx() { loaders }: Context): Promise<SplitCountRow[]> {
    return loaders.counts.load(id)
  }
}
