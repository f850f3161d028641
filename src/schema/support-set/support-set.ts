import { Arg, Args, Ctx, Field, FieldResolver, ID, InputType, Int, Query, Resolver, Root } from 'type-graphql'
import type { ClassRow, DatasetRow, Encoder, Page, SupportSetRow } from '../../library/index.js'
import { absoluteIfKnown, addressOf } from '../address.js'
import type { Context } from '../context.js'
import { ClassLabelType, DatasetType } from '../dataset/dataset.type.js'
import { datasetFilter } from '../dataset/dataset-filter.js'
import { deletedId } from '../deleted-id.js'
import { EncoderType } from '../encoder/encoder.js'
import { Drawing } from '../enums.js'
import { type ImageRoot, ImageType, imageNamed } from '../image/image.js'
import { type InputOfId, inputOfId } from '../input-of-id.js'
import { NodeType } from '../node/node.type.js'
import { ObjectType } from '../object-type.js'
import {
  connectionOf,
  PageArguments,
  pageOfWhole,
  pageRequest,
  WholeList,
  WholeListArguments,
} from '../page.js'
import { PayloadMutation } from '../payload-mutation.js'
import { DateTime } from '../scalars.js'
import { atDrawnSupport, DrawSupportInputType, drawnOnceBy } from './draw-support.js'

@ObjectType('SupportImage', { description: 'An image of a support set with its class.' })
export class SupportImageType {
  @Field(() => ImageType, { description: 'The support image.' })
  image: ImageType

  @Field(() => ClassLabelType, { description: 'The class that it supports.' })
  class: ClassLabelType
}

@ObjectType('SupportSet', {
  implements: NodeType,
  description: 'Labelled images of every class, drawn with a seed or listed. It never changes.',
})
export class SupportSetType {
  @Field(() => ID, { description: 'Identifies the support set; it never changes.' })
  id: string

  @Field(() => Int, {
    description:
      'The images per class that were asked for; with ALL and LISTED, the number that the largest class had.',
  })
  shots: number

  @Field(() => Drawing, { description: 'How many images of each class were taken.' })
  drawing: Drawing

  @Field(() => Int, { description: 'The seed of the draw. With another seed, other images are drawn.' })
  seed: number

  @Field(() => Int, {
    description: 'The number of random views that each image is averaged over. 1 uses the image itself.',
  })
  augmentations: number

  @Field(() => DateTime, {
    description: 'When it was first drawn. The same request later returns the same support set.',
  })
  createdAt: Date
}

const SupportImageConnectionType = connectionOf('SupportImageConnection', () => SupportImageType)
const SupportSetConnectionType = connectionOf('SupportSetConnection', () => SupportSetType)

@InputType('CreateSupportSetInput', { description: 'Which images to draw.' })
class CreateSupportSetInputType {
  @Field(() => ID, { description: 'The id of the dataset. Images come from its support pool.' })
  dataset: string

  @Field(() => ID, { nullable: true, description: 'Default: the default encoder.' })
  encoder?: string | null

  @Field(() => DrawSupportInputType, { description: 'Which images: drawn by the seed, all, or listed.' })
  support: DrawSupportInputType

  @Field(() => Int, {
    defaultValue: 1,
    description: 'Decides which images are drawn: a 32-bit whole number.',
  })
  seed: number

  @Field(() => Int, {
    defaultValue: 1,
    description:
      'The number of random views that each image is averaged over, from 1 to 100. 1 uses the image itself.',
  })
  augmentations: number
}

const DeleteSupportSetInputType = inputOfId(
  'DeleteSupportSetInput',
  'A support set that is to go.',
  'The id of a support set.',
)

@Resolver(() => SupportSetType)
export class SupportSetResolver {
  @Query(() => SupportSetType, {
    nullable: true,
    description: 'A support set by its id. Fails with UNKNOWN_SUPPORT_SET if there is none.',
  })
  supportSet(
    @Arg('id', () => ID, { description: 'The id of a support set.' }) id: string,
    @Ctx() { loaders }: Context,
  ): Promise<SupportSetRow> {
    return loaders.supportSet.load(id)
  }

  @Query(() => SupportSetConnectionType, { description: 'Newest first.' })
  async supportSets(
    @Arg('dataset', () => ID, {
      nullable: true,
      description: 'Only support sets drawn from this dataset, by its id.',
    })
    dataset: string | null | undefined,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ): Promise<Page<SupportSetRow>> {
    const filter = await datasetFilter(dataset, context)
    return context.library.supportSets.page(pageRequest(page, context), filter)
  }

  @PayloadMutation(
    {
      supportSet: { type: () => SupportSetType, description: 'The support set.' },
    },
    {
      description:
        'Draws a support set, or takes the listed images. The same request on the same images returns the same support set.',
    },
  )
  async createSupportSet(
    @Arg('input', () => CreateSupportSetInputType, { description: 'The dataset, and which images to draw.' })
    { support, ...input }: CreateSupportSetInputType,
    @Ctx() { library }: Context,
  ): Promise<SupportSetRow> {
    return library.supportSets.create({ ...input, ...drawnOnceBy(support) }).catch((error: unknown) => {
      throw atDrawnSupport(error, support)
    })
  }

  @PayloadMutation(deletedId, {
    description:
      'Deletes a support set. Results measured on it stay. Fails with IN_USE while a comparison uses it.',
  })
  async deleteSupportSet(
    @Arg('input', () => DeleteSupportSetInputType, { description: 'The support set.' }) { id }: InputOfId,
    @Ctx() { library }: Context,
  ): Promise<string> {
    await library.deletions.supportSet(id)
    return id
  }

  @FieldResolver(() => String, {
    description: `The address of a safetensors file with its features, labels and texts, which are encoded on request. ${absoluteIfKnown}`,
  })
  file(@Root() { id }: SupportSetRow, @Ctx() context: Context): string {
    return addressOf(`/support-sets/${id}.safetensors`, context)
  }

  @FieldResolver(() => DatasetType, { description: 'The dataset that it was drawn from.' })
  dataset(@Root() { datasetId }: SupportSetRow, @Ctx() { loaders }: Context): Promise<DatasetRow> {
    return loaders.dataset.load(datasetId)
  }

  @FieldResolver(() => EncoderType, { description: 'The encoder that its views are made for.' })
  encoder(@Root() { encoder }: SupportSetRow, @Ctx() { library }: Context): Encoder {
    return library.encoders.get(encoder)
  }

  @WholeList()
  @FieldResolver(() => SupportImageConnectionType, {
    description: 'In the order in which they were drawn. Some may be gone.',
  })
  async images(
    @Root() { id, datasetId }: SupportSetRow,
    @Args(() => WholeListArguments) asked: WholeListArguments,
    @Ctx() context: Context,
  ): Promise<Page<{ image: ImageRoot; class: ClassRow }>> {
    const { loaders } = context
    const [images, classes] = await Promise.all([
      loaders.supportImages.load(id),
      loaders.classes.load(datasetId),
    ])
    const page = pageOfWhole(images, asked, context)
    const nodes = await Promise.all(
      page.nodes.map(async ({ imageId, classIndex }) => ({
        image: await imageNamed(imageId, context),
        class: classes[classIndex] as ClassRow,
      })),
    )
    return { ...page, nodes }
  }
}
