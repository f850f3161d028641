import { Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql'
import type { DatasetRow, ImageRow, Page } from '../../library/index.js'
import type { Context } from '../context.js'
import { ImageType } from '../image/image.js'
import { connectionOf, PageArguments, pageRequest } from '../page.js'
import { DatasetType } from './dataset.type.js'

const UnlabelledImageConnectionType = connectionOf('UnlabelledImageConnection', () => ImageType)

@Resolver(() => DatasetType)
export class UnlabelledImagesResolver {
  @FieldResolver(() => UnlabelledImageConnectionType, {
    description:
      'The images that have no label yet, in the order in which they came. Nothing is measured on them.',
  })
  async unlabelled(
    @Root() { id }: DatasetRow,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() context: Context,
  ): Promise<Page<ImageRow>> {
    const found = await context.library.datasets.unlabelled.page(id, pageRequest(page, context))
    const nodes = await Promise.all(found.nodes.map((image) => context.loaders.image.load(image)))
    return { ...found, nodes }
  }
}
