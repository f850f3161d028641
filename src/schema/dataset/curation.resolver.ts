import { Arg, Ctx, Mutation, Resolver } from 'type-graphql'
import type { AddImagesResult, ChangedDataset } from '../../library/index.js'
import { atInput } from '../arguments.js'
import type { Context } from '../context.js'
import { imageInput, requireImageLimit } from '../image/image.js'
import {
  AddClassInputType,
  AddUnlabelledImagesInputType,
  DatasetImagesInputType,
  DeleteClassInputType,
  LabelImagesInputType,
  MergeClassesInputType,
  MoveImagesInputType,
  RenameClassInputType,
  RenameDatasetInputType,
} from './curation.type.js'
import { AddImagesResultType, DatasetType } from './dataset.type.js'

const inUse = 'Fails with IN_USE while a comparison, an import or a training works with the dataset.'

const stays = 'Support sets that have them, and comparisons that were measured on them, keep naming them.'

/** Mends datasets. */
@Resolver(() => DatasetType)
export class CurationResolver {
  @Mutation(() => DatasetType, { description: inUse })
  renameDataset(
    @Arg('input', () => RenameDatasetInputType, { description: 'The dataset and its new name.' })
    input: RenameDatasetInputType,
    @Ctx() { library }: Context,
  ): Promise<ChangedDataset> {
    return atInput(library.curation.rename(input))
  }

  @Mutation(() => DatasetType, {
    description: `Renames a class. Its prompts stay, unless they are the default of the old name. ${inUse}`,
  })
  renameClass(
    @Arg('input', () => RenameClassInputType, { description: 'The dataset, the class and its new name.' })
    input: RenameClassInputType,
    @Ctx() { library }: Context,
  ): Promise<ChangedDataset> {
    return atInput(library.curation.renameClass(input))
  }

  @Mutation(() => DatasetType, { description: `Adds a class without images, after the others. ${inUse}` })
  addClass(
    @Arg('input', () => AddClassInputType, { description: 'The dataset and the new class.' })
    input: AddClassInputType,
    @Ctx() { library }: Context,
  ): Promise<ChangedDataset> {
    return atInput(library.curation.addClass(input))
  }

  @Mutation(() => DatasetType, {
    description: `Moves the images of a class to another class and deletes it. Fails with HAS_RESULTS while a comparison or a support set refers to the classes by number. ${inUse}`,
  })
  mergeClasses(
    @Arg('input', () => MergeClassesInputType, { description: 'The dataset and the two classes.' })
    input: MergeClassesInputType,
    @Ctx() { library }: Context,
  ): Promise<ChangedDataset> {
    return atInput(library.curation.mergeClasses(input))
  }

  @Mutation(() => DatasetType, {
    description: `Deletes a class with its images. Images that no other dataset has are kept for 7 days, so that it can be undone. Fails with HAS_RESULTS while a comparison or a support set refers to the classes by number. ${inUse}`,
  })
  deleteClass(
    @Arg('input', () => DeleteClassInputType, { description: 'The dataset and the class.' })
    input: DeleteClassInputType,
    @Ctx() { library }: Context,
  ): Promise<ChangedDataset> {
    return atInput(library.deletions.class(input))
  }

  @Mutation(() => DatasetType, {
    description: `Gives images another class, another split, or both: all of them or none. A finished comparison keeps the test images and the classes that it was measured on. ${inUse}`,
  })
  moveImages(
    @Arg('input', () => MoveImagesInputType, {
      description: 'The images, and the class or the split that they get.',
    })
    input: MoveImagesInputType,
    @Ctx() { library }: Context,
  ): Promise<ChangedDataset> {
    return atInput(library.curation.moveImages(input))
  }

  @Mutation(() => AddImagesResultType, {
    description: 'Adds images without a label, to be labelled later or never. Nothing is measured on them.',
  })
  addUnlabelledImages(
    @Arg('input', () => AddUnlabelledImagesInputType, { description: 'The dataset and the images.' }) {
      dataset,
      images,
    }: AddUnlabelledImagesInputType,
    @Ctx() { library, limits }: Context,
  ): Promise<AddImagesResult> {
    requireImageLimit(images, limits)
    return atInput(library.datasets.addUnlabelled({ dataset, images: images.map(imageInput) }))
  }

  @Mutation(() => DatasetType, {
    description:
      'Gives images without a label a class and a split: all of them or none. Comparisons may go on.',
  })
  labelImages(
    @Arg('input', () => LabelImagesInputType, {
      description: 'The images, and the class and the split that they get.',
    })
    input: LabelImagesInputType,
    @Ctx() { library }: Context,
  ): Promise<ChangedDataset> {
    return atInput(library.curation.labelImages(input))
  }

  @Mutation(() => DatasetType, {
    description: `Takes the labels off images, which stay in the dataset. ${stays} ${inUse}`,
  })
  unlabelImages(
    @Arg('input', () => DatasetImagesInputType, { description: 'The dataset and the images.' })
    input: DatasetImagesInputType,
    @Ctx() { library }: Context,
  ): Promise<ChangedDataset> {
    return atInput(library.curation.unlabelImages(input))
  }

  @Mutation(() => DatasetType, {
    description: `Removes images, with a label or without. Those that no other dataset has are kept for 7 days, so that it can be undone, and then deleted. ${stays} ${inUse}`,
  })
  removeImages(
    @Arg('input', () => DatasetImagesInputType, { description: 'The dataset and the images.' })
    input: DatasetImagesInputType,
    @Ctx() { library }: Context,
  ): Promise<ChangedDataset> {
    return atInput(library.deletions.images(input))
  }
}
