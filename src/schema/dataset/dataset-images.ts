import { Arg, Args, Ctx, Field, FieldResolver, ID, Int, Resolver, Root } from 'type-graphql'
import { errors } from '../../errors.js'
import {
  type ClassRow,
  type DatasetImageRow,
  type DatasetRow,
  findClass,
  type ImageRow,
  imagePageRequest,
  type Page,
} from '../../library/index.js'
import type { Context } from '../context.js'
import { Split } from '../enums.js'
import { ImageType } from '../image/image.js'
import { ObjectType } from '../object-type.js'
import {
  connectionOf,
  PageArguments,
  pageOfWhole,
  pageRequest,
  WholeList,
  WholeListArguments,
} from '../page.js'
import { ClassLabelType, DatasetType, SplitCountType } from './dataset.type.js'

@ObjectType('DatasetImage', {
  description: 'An image with the class and the split that it has in a dataset.',
})
class DatasetImageType {
  @Field(() => ImageType, { description: 'The image. Other datasets may have it with another class.' })
  image: ImageType

  @Field(() => ClassLabelType, { description: 'Its label in this dataset.' })
  class: ClassLabelType

  @Field(() => Split, { description: 'What it is used for.' })
  split: Split
}

const DatasetImageConnectionType = connectionOf('DatasetImageConnection', () => DatasetImageType)

@ObjectType('ClassSample', { description: 'A class with its image counts and some of its images.' })
class ClassSampleType {
  @Field(() => ClassLabelType, { description: 'The class of the images.' })
  class: ClassLabelType

  @Field(() => [SplitCountType], {
    description: 'Its number of images in each split. A split without images is left out.',
  })
  counts: readonly SplitCountType[]

  @Field(() => [ImageType], { description: 'The first images that were added.' })
  images: readonly ImageType[]
}

const ClassSampleConnectionType = connectionOf('ClassSampleConnection', () => ClassSampleType)

const maxPerClass = 50

@Resolver(() => DatasetType)
export class DatasetImagesResolver {
  @WholeList()
  @FieldResolver(() => ClassSampleConnectionType, {
    description: 'Classes with some of their images, in the order of their index.',
  })
  async samples(
    @Root() { id }: DatasetRow,
    @Arg('perClass', () => Int, { defaultValue: 5, description: 'The most images of a class, from 0 to 50.' })
    perClass: number,
    @Arg('split', () => Split, { nullable: true, description: 'Only images of this split.' })
    split: Split | null | undefined,
    @Args(() => WholeListArguments) asked: WholeListArguments,
    @Ctx() context: Context,
  ): Promise<Page<ClassSampleType>> {
    const { loaders } = context
    if (!(perClass >= 0 && perClass <= maxPerClass)) {
      const reason = `perClass must be from 0 to ${maxPerClass}, not ${perClass}.`
      throw errors.invalidValue({ reason }, 'perClass')
    }
    const [classes, counts, samples] = await Promise.all([
      loaders.classes.load(id),
      loaders.classCounts.load(id),
      loaders.classSamples.load({ datasetId: id, perClass, split: split ?? null }),
    ])
    const page = pageOfWhole(classes, asked, context)
    const shown = new Set(page.nodes.map(({ index }) => index))
    const images = await withImages(
      samples.filter(({ classIndex }) => shown.has(classIndex)),
      loaders,
    )
    const imagesOf = byClass(images)
    const countsOf = byClass(counts)
    return {
      ...page,
      nodes: page.nodes.map((label) => ({
        class: label,
        counts: countsOf.get(label.index) ?? [],
        images: (imagesOf.get(label.index) ?? []).map(({ image }) => image),
      })),
    }
  }

  @FieldResolver(() => ClassLabelType, {
    nullable: true,
    description: 'The class of an image in this dataset. Null if the image is not in the dataset.',
  })
  async labelOf(
    @Root() { id }: DatasetRow,
    @Arg('image', () => ID, { description: 'The id of the image, its SHA-256.' }) image: string,
    @Ctx() { loaders }: Context,
  ): Promise<ClassRow | null> {
    const row = await loaders.labelled.load({ datasetId: id, imageId: image })
    return row && ((await loaders.classes.load(id))[row.classIndex] ?? null)
  }

  @FieldResolver(() => DatasetImageConnectionType, { description: 'In the order in which they were added.' })
  async images(
    @Root() { id }: DatasetRow,
    @Arg('class', () => ID, { nullable: true, description: 'The id or the name of a class.' }) name:
      | string
      | null
      | undefined,
    @Arg('split', () => Split, { nullable: true, description: 'Only images of this split.' }) split:
      | Split
      | null
      | undefined,
    @Args(() => PageArguments) asked: PageArguments,
    @Ctx() context: Context,
  ): Promise<Page<DatasetImageType>> {
    const { loaders } = context
    const classes = await loaders.classes.load(id)
    const label = name == null ? undefined : findClass(classes, name)
    if (name != null && !label) {
      throw errors.unknownClass({ name, known: classes.map((each) => each.name) }, 'class')
    }
    const request = imagePageRequest(pageRequest(asked, context), {
      datasetId: id,
      ...(label && { classIndex: label.index }),
      ...(split != null && { split }),
    })
    const [page, counts] = await Promise.all([loaders.imagePage.load(request), loaders.classCounts.load(id)])
    const images = await withImages(page.nodes, loaders)
    return {
      ...page,
      totalCount: counts
        .filter((count) => label === undefined || count.classIndex === label.index)
        .filter((count) => split == null || count.split === split)
        .reduce((sum, count) => sum + count.images, 0),
      nodes: images.map((each) => ({ ...each, class: classes[each.classIndex] as ClassRow })),
    }
  }
}

function byClass<T extends { readonly classIndex: number }>(rows: readonly T[]): ReadonlyMap<number, T[]> {
  const found = new Map<number, T[]>()
  for (const row of rows) {
    const own = found.get(row.classIndex)
    if (own) own.push(row)
    else found.set(row.classIndex, [row])
  }
  return found
}

/** Adds the image to every row. */
const withImages = (
  rows: readonly DatasetImageRow[],
  loaders: Context['loaders'],
): Promise<(DatasetImageRow & { readonly image: ImageRow })[]> =>
  Promise.all(rows.map(async (row) => ({ ...row, image: await loaders.image.load(row.imageId) })))
