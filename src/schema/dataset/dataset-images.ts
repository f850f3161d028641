import { Arg, Args, Ctx, Field, FieldResolver, ID, Int, Resolver, Root } from 'type-graphql'
import { errors } from '../../errors.js'
import {
  type ClassRow,
  type DatasetImageRow,
  type DatasetRow,
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

/** Where a dataset has more classes, those that are shown are read alone. */
const manyClasses = 1000

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
    const classes = await loaders.classes.load(id)
    const page = pageOfWhole(classes, asked, context)
    const [from, to] = [page.nodes[0]?.index ?? 0, page.nodes.at(-1)?.index ?? 0]
    // What many datasets are asked for in common takes fewer statements.
    const range = classes.length > manyClasses ? { from, to } : undefined
    const [counts, samples] = await Promise.all([
      loaders.classCounts.load({ datasetId: id, range }),
      loaders.classSamples.load({ datasetId: id, perClass, split: split ?? null, range }),
    ])
    const images = await withImages(
      samples.filter(({ classIndex }) => classIndex >= from && classIndex <= to),
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
    return row && loaders.classAt.load({ datasetId: id, index: row.classIndex })
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
    const { loaders, library } = context
    const label = name == null ? undefined : await library.datasets.classNamed(id, name, 'class')
    const request = imagePageRequest(pageRequest(asked, context), {
      datasetId: id,
      ...(label && { classIndex: label.index }),
      ...(split != null && { split }),
    })
    const ofClass = label && { datasetId: id, range: { from: label.index, to: label.index } }
    const [page, counts] = await Promise.all([
      loaders.imagePage.load(request),
      ofClass ? loaders.classCounts.load(ofClass) : loaders.counts.load(id),
    ])
    const images = await withImages(page.nodes, loaders)
    return {
      ...page,
      totalCount: counts
        .filter((count) => split == null || count.split === split)
        .reduce((sum, count) => sum + count.images, 0),
      nodes: await Promise.all(
        images.map(async (each) => ({
          ...each,
          class: (await loaders.classAt.load({ datasetId: id, index: each.classIndex })) as ClassRow,
        })),
      ),
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
