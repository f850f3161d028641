import { Ctx, Field, FieldResolver, Resolver, Root } from 'type-graphql'
import type { DatasetProblem, DatasetRow, ImageRow, ProblemKind } from '../../library/index.js'
import { computed } from '../complexity.js'
import type { Context } from '../context.js'
import { DatasetProblemKind } from '../enums.js'
import { ImageType } from '../image/image.js'
import { ObjectType } from '../object-type.js'
import { ClassLabelType, DatasetType } from './dataset.type.js'

@ObjectType('DatasetProblem', {
  description: 'Something about a dataset that its owner should look at. It may be meant.',
})
class DatasetProblemType {
  @Field(() => DatasetProblemKind, { description: 'What is wrong. Programs may rely on it.' })
  kind: ProblemKind

  @Field(() => String, { description: 'The same as a sentence, with the names of the classes.' })
  text: string

  @Field(() => [ClassLabelType], {
    description: 'The classes that it is about. With LABEL_CONFLICT, the one that the dataset has first.',
  })
  classes: readonly ClassLabelType[]
}

@Resolver(() => DatasetType)
export class DatasetProblemsResolver {
  @FieldResolver(() => [DatasetProblemType], {
    description:
      'What can be told without reading images: of each kind the first 1,000, and then how many more there are.',
    complexity: computed({ base: 20 }),
  })
  problems(@Root() { id }: DatasetRow, @Ctx() { loaders }: Context): Promise<DatasetProblem[]> {
    return loaders.problems.load(id)
  }
}

@Resolver(() => DatasetProblemType)
export class DatasetProblemResolver {
  @FieldResolver(() => ImageType, { nullable: true, description: 'With LABEL_CONFLICT, the image.' })
  image(@Root() { imageId }: DatasetProblem, @Ctx() { loaders }: Context): Promise<ImageRow> | null {
    return imageId === null ? null : loaders.image.load(imageId)
  }
}
