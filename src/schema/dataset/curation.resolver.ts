import { Arg, Ctx, Resolver } from 'type-graphql'
import type { AddImagesResult, ChangedDataset } from '../../library/index.js'
import type { Context } from '../context.js'
import { imageInput, requireImageLimit } from '../image/image.js'
import { PayloadMutation } from '../payload-mutation.js'
import { addedImages } from './added-images.js'
import {
  AddClassInputType,
  AddUnlabelledImagesInputType,
  DeleteClassInputType,
  LabelImagesInputType,
  MergeClassesInputType,
  MoveImagesInputType,
  RemoveImagesInputType,
  RenameClassInputType,
  RenameDatasetInputType,
  UnlabelImagesInputType,
} from './curation.type.js'
import { DatasetType } from './dataset.type.js'
import { addedImagesWarnings, datasetWarnings, mendedDataset } from './mended-dataset.js'

const inUse = 'Fails with IN_USE while a comparison, an import or a training works with the dataset.'

const stays = 'Support sets that have them, and comparisons that were measured on them, keep naming them.'

/** Mends datasets. */
@Resolver(() => DatasetType)
export class CurationResolver {
  @PayloadMutation(mendedDataset, { description: inUse, warnings: datasetWarnings })
  renameDataset(
    @Arg('input', () => RenameDatasetInputType, { description: 'The dataset and its new name.' })
    input: RenameDatasetInputType,
    @Ctx() { library }: Context,
  ): Promise<ChangedDataset> {
    return library.curation.rename(input)
  }

  @PayloadMutation(mendedDataset, {
    description: `Renames a class. Its prompts stay, unless they are the default of the old name. ${inUse}`,
    warnings: datasetWarnings,
  })
  renameClass(
    @Arg('input', () => RenameClassInputType, { description: 'The dataset, the class and its new name.' })
    input: RenameClassInputType,
    @Ctx() { library }: Context,
  ): Promise<ChangedDataset> {
    return library.curation.renameClass(input)
  }

  @PayloadMutation(mendedDataset, {
    description: `Adds a class without images, after the others. ${inUse}`,
    warnings: datasetWarnings,
  })
  addClass(
    @Arg('input', () => AddClassInputType, { description: 'The dataset and the new class.' })
    input: AddClassInputType,
    @Ctx() { library }: Context,
  ): Promise<ChangedDataset> {
    return library.curation.addClass(input)
  }

  @PayloadMutation(mendedDataset, {
    description: `Moves the images of a class to another class and deletes it. Fails with HAS_RESULTS while a comparison or a support set refers to the classes by number. ${inUse}`,
    warnings: datasetWarnings,
  })
  mergeClasses(
    @Arg('input', () => MergeClassesInputType, { description: 'The dataset and the two classes.' })
    input: MergeClassesInputType,
    @Ctx() { library }: Context,
  ): Promise<ChangedDataset> {
    return library.curation.mergeClasses(input)
  }

  @PayloadMutation(mendedDataset, {
    description: `Deletes a class with its images. Images that no other dataset has are kept for 7 days, so that it can be undone. Fails with HAS_RESULTS while a comparison or a support set refers to the classes by number. ${inUse}`,
    warnings: datasetWarnings,
  })
  deleteClass(
    @Arg('input', () => DeleteClassInputType, { description: 'The dataset and the class.' })
    input: DeleteClassInputType,
    @Ctx() { library }: Context,
  ): Promise<ChangedDataset> {
    return library.deletions.class(input)
  }

  @PayloadMutation(mendedDataset, {
    description: `Gives images another class, another split, or both: all of them or none. A finished comparison keeps the test images and the classes that it was measured on. ${inUse}`,
    warnings: datasetWarnings,
  })
  moveImages(
    @Arg('input', () => MoveImagesInputType, {
      description: 'The images, and the class or the split that they get.',
    })
    input: MoveImagesInputType,
    @Ctx() { library }: Context,
  ): Promise<ChangedDataset> {
    return library.curation.moveImages(input)
  }

  @PayloadMutation(addedImages, {
    description: 'Adds images without a label, to be labelled later or never. Nothing is measured on them.',
    warnings: addedImagesWarnings,
  })
  addUnlabelledImages(
    @Arg('input', () => AddUnlabelledImagesInputType, { description: 'The dataset and the images.' }) {
      dataset,
      images,
    }: AddUnlabelledImagesInputType,
    @Ctx() { library, limits }: Context,
  ): Promise<AddImagesResult> {
    requireImageLimit(images, limits, 'images')
    return library.datasets.addUnlabelled({ dataset, images: images.map(imageInput) })
  }

  @PayloadMutation(mendedDataset, {
    description:
      'Gives images without a label a class and a split: all of them or none. Comparisons may go on.',
    warnings: datasetWarnings,
  })
  labelImages(
    @Arg('input', () => LabelImagesInputType, {
      description: 'The images, and the class and the split that they get.',
    })
    input: LabelImagesInputType,
    @Ctx() { library }: Context,
  ): Promise<ChangedDataset> {
    return library.curation.labelImages(input)
  }

  @PayloadMutation(mendedDataset, {
    description: `Takes the labels off images, which stay in the dataset. ${stays} ${inUse}`,
    warnings: datasetWarnings,
  })
  unlabelImages(
    @Arg('input', () => UnlabelImagesInputType, { description: 'The dataset and the images.' })
    input: UnlabelImagesInputType,
    @Ctx() { library }: Context,
  ): Promise<ChangedDataset> {
    return library.curation.unlabelImages(input)
  }

  @PayloadMutation(mendedDataset, {
    description: `Removes images, with a label or without. Those that no other dataset has are kept for 7 days, so that it can be undone, and then deleted. ${stays} ${inUse}`,
    warnings: datasetWarnings,
  })
  removeImages(
    @Arg('input', () => RemoveImagesInputType, { description: 'The dataset and the images.' })
    input: RemoveImagesInputType,
    @Ctx() { library }: Context,
  ): Promise<ChangedDataset> {
    return library.deletions.images(input)
  }
}
