import { Arg, Args, Ctx, FieldResolver, Float, ID, Query, Resolver, Root } from 'type-graphql'
import {
  type ClassifierRow,
  type ClassifierVersionRow,
  type ClassRow,
  type ComparisonRow,
  classesOf,
  type DatasetRow,
  type Encoder,
  type Frozen,
  type Page,
  parseFrozen,
} from '../../library/index.js'
import { addressOf } from '../address.js'
import { atPart } from '../arguments.js'
import { ComparisonType } from '../comparison/comparison.type.js'
import { computed } from '../complexity.js'
import type { Context } from '../context.js'
import { ClassLabelConnectionType, DatasetType } from '../dataset/dataset.type.js'
import { deletedId } from '../deleted-id.js'
import { EncoderType } from '../encoder/encoder.js'
import { HyperparameterValueType, valueList } from '../method/method.type.js'
import { methodAndSpaceOf } from '../method/method-and-space.js'
import { PageArguments, pageOfWhole, pageRequest, WholeList, WholeListArguments } from '../page.js'
import { PayloadMutation } from '../payload-mutation.js'
import {
  ClassifierConnectionType,
  ClassifierExportsType,
  ClassifierMeasurementType,
  ClassifierSelectionType,
  ClassifierSupportType,
  ClassifierType,
  ClassifierVersionType,
  CreateClassifierInputType,
  DeleteClassifierInputType,
  RollbackClassifierInputType,
  UpdateClassifierInputType,
} from './classifier.type.js'

/** A version as resolvers pass it on: what it has frozen is parsed once. */
interface VersionRoot extends Omit<ClassifierVersionRow, 'frozen'> {
  readonly name: string
  readonly isCurrent: boolean
  readonly row: ClassifierVersionRow
  readonly frozen: Frozen
}

const changedClassifier = {
  classifier: { type: () => ClassifierType, description: 'The classifier as it is now.' },
}

const fits = computed({ base: 1000 })

/** The input as the library takes it. */
export const sourceOf = ({ source, ...how }: CreateClassifierInputType) => ({ ...how, ...source })

/** Places errors of a source at the field of the input that it was given in. */
export const atSource = <T>(work: Promise<T>): Promise<T> =>
  atPart('source', ['comparison', 'supportSet'], work)

@Resolver(() => ClassifierType)
export class ClassifierResolver {
  @Query(() => ClassifierType, { description: 'A classifier by its name or its id.' })
  classifier(
    @Arg('classifier', () => ID, { description: 'Its name or its id.' }) classifier: string,
    @Ctx() { library }: Context,
  ): Promise<ClassifierRow> {
    return library.classifiers.get(classifier)
  }

  @Query(() => ClassifierConnectionType, { description: 'Newest first.' })
  async classifiers(
    @Arg('dataset', () => ID, { nullable: true, description: 'Those made from this dataset.' })
    dataset: string | null | undefined,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ): Promise<Page<ClassifierRow>> {
    const filter = dataset == null ? {} : { datasetId: (await context.loaders.dataset.load(dataset)).id }
    return context.library.classifiers.page(pageRequest(page, context), filter)
  }

  @PayloadMutation(changedClassifier, {
    description:
      'Makes a classifier: fits it and freezes all that decides its answers. They stay the same whatever happens to its dataset and its comparison. `startClassifierCreation` does so in the background, with progress: for images that are not encoded yet.',
    complexity: fits,
  })
  createClassifier(
    @Arg('input', () => CreateClassifierInputType, {
      description: 'What to make it from, and its name, which no other classifier may have.',
    })
    input: CreateClassifierInputType,
    @Ctx() { library }: Context,
  ): Promise<ClassifierRow> {
    return atSource(library.classifiers.create(sourceOf(input)))
  }

  @PayloadMutation(changedClassifier, {
    description:
      'Makes a new version of the classifier named in the input, and puts it in use. Earlier versions stay.',
    complexity: fits,
  })
  updateClassifier(
    @Arg('input', () => UpdateClassifierInputType, {
      description: 'What to make the version from, and the name of a classifier that exists.',
    })
    input: UpdateClassifierInputType,
    @Ctx() { library }: Context,
  ): Promise<ClassifierRow> {
    return atSource(library.classifiers.update(sourceOf(input)))
  }

  @PayloadMutation(changedClassifier, { description: 'Puts another version of a classifier in use.' })
  rollbackClassifier(
    @Arg('input', () => RollbackClassifierInputType, { description: 'The classifier and the version.' })
    { classifier, version }: RollbackClassifierInputType,
    @Ctx() { library }: Context,
  ): Promise<ClassifierRow> {
    return library.classifiers.rollback(classifier, version)
  }

  @PayloadMutation(deletedId, { description: 'Deletes a classifier with all its versions.' })
  deleteClassifier(
    @Arg('input', () => DeleteClassifierInputType, { description: 'The classifier.' })
    { classifier }: DeleteClassifierInputType,
    @Ctx() { library }: Context,
  ): Promise<string> {
    return library.classifiers.delete(classifier)
  }

  @FieldResolver(() => ClassifierVersionType, { description: 'The version in use.' })
  async version(@Root() classifier: ClassifierRow, @Ctx() context: Context): Promise<VersionRoot> {
    const versions = await this.versions(classifier, context)
    return versions.find(({ isCurrent }) => isCurrent) as VersionRoot
  }

  @FieldResolver(() => [ClassifierVersionType], { description: 'All versions, newest first.' })
  async versions(
    @Root() { id, name, current }: ClassifierRow,
    @Ctx() { loaders }: Context,
  ): Promise<VersionRoot[]> {
    const rows = await loaders.classifierVersions.load(id)
    return rows.map((row) => ({
      ...{ ...row, row, name, isCurrent: row.number === current },
      frozen: parseFrozen(row.frozen),
    }))
  }
}

@Resolver(() => ClassifierVersionType)
export class ClassifierVersionResolver extends methodAndSpaceOf(() => ClassifierVersionType) {
  @FieldResolver(() => Boolean, { description: 'Whether it is the version that answers.' })
  isCurrent(@Root() { isCurrent }: VersionRoot): boolean {
    return isCurrent
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'Why it cannot answer now, such as a plugin or a model that is gone. Null if it can.',
  })
  problem(@Root() { name, row }: VersionRoot, @Ctx() { library }: Context): string | null {
    return library.classifiers.problemOf(name, row)
  }

  @FieldResolver(() => ID, { description: 'The id of its encoder, also if that is gone.' })
  encoderId(@Root() { encoder }: VersionRoot): string {
    return encoder
  }

  @FieldResolver(() => ClassifierExportsType, { description: 'Where to download it to run it elsewhere.' })
  exports(@Root() { name, number }: VersionRoot, @Ctx() context: Context): ClassifierExportsType {
    const address = (ending: string) =>
      addressOf(`/classifiers/${encodeURIComponent(name)}.${ending}?version=${number}`, context)
    return { tar: address('tar'), onnx: address('onnx') }
  }

  @FieldResolver(() => EncoderType, { nullable: true, description: 'Null if it is gone.' })
  encoder(@Root() { encoder }: VersionRoot, @Ctx() { library }: Context): Encoder | null {
    return library.encoders.all.find(({ id }) => id === encoder) ?? null
  }

  @FieldResolver(() => [HyperparameterValueType], {
    description: 'The value of every hyperparameter of its method, given or selected.',
  })
  hyperparameters(@Root() { frozen }: VersionRoot): HyperparameterValueType[] {
    return valueList(frozen.hyperparameters)
  }

  @FieldResolver(() => Float, {
    description:
      'What the logits of a typical image are divided by before softmax. That of an image grows with the square root of how far its logits differ.',
  })
  temperature(@Root() { frozen }: VersionRoot): number {
    return frozen.temperature
  }

  @FieldResolver(() => Float, { description: 'The coverage of its sets of classes.' })
  coverage(@Root() { frozen }: VersionRoot): number {
    return frozen.coverage
  }

  @FieldResolver(() => Float, {
    nullable: true,
    description:
      'A class is in the set of an image if its probability is at least this. Null if no labelled image could be left out to fit it.',
  })
  threshold(@Root() { frozen }: VersionRoot): number | null {
    return frozen.threshold
  }

  @WholeList()
  @FieldResolver(() => ClassLabelConnectionType, {
    description: 'The classes that it can answer with, as they were when it was made.',
  })
  classes(
    @Root() { row, frozen }: VersionRoot,
    @Args(() => WholeListArguments) page: WholeListArguments,
    @Ctx() context: Context,
  ): Page<ClassRow> {
    return pageOfWhole(classesOf(row.id, frozen), page, context)
  }

  @FieldResolver(() => ClassifierSupportType, { description: 'The support images that it compares with.' })
  support(@Root() { frozen }: VersionRoot): ClassifierSupportType {
    return frozen.support
  }

  @FieldResolver(() => ClassifierSelectionType, {
    description: 'What its hyperparameters and its temperature were selected on.',
  })
  selection(@Root() { frozen }: VersionRoot): ClassifierSelectionType {
    return frozen.selection
  }

  @FieldResolver(() => ClassifierMeasurementType, {
    nullable: true,
    description: 'What the comparison measured of its row. Null if it was made from a support set.',
  })
  measured(@Root() { frozen }: VersionRoot): ClassifierMeasurementType | null {
    return frozen.measured
  }

  @FieldResolver(() => String, { description: 'The name of its dataset when it was made.' })
  datasetName(@Root() { frozen }: VersionRoot): string {
    return frozen.dataset.name
  }

  @FieldResolver(() => String, { description: "The SHA-256 of the dataset's content when it was made." })
  datasetFingerprint(@Root() { frozen }: VersionRoot): string {
    return frozen.dataset.fingerprint
  }

  @FieldResolver(() => DatasetType, { nullable: true, description: 'Null after the dataset is deleted.' })
  dataset(@Root() { datasetId }: VersionRoot, @Ctx() { loaders }: Context): Promise<DatasetRow> | null {
    return datasetId === null ? null : loaders.dataset.load(datasetId)
  }

  @FieldResolver(() => ComparisonType, {
    nullable: true,
    description: 'Null if it was made from a support set, or after the comparison is deleted.',
  })
  comparison(
    @Root() { comparisonId }: VersionRoot,
    @Ctx() { loaders }: Context,
  ): Promise<ComparisonRow> | null {
    return comparisonId === null ? null : loaders.comparison.load(comparisonId)
  }
}
