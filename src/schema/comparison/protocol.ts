import { Ctx, Field, FieldResolver, Float, Int, Resolver, Root } from 'type-graphql'
import {
  type ClassRow,
  type ComparisonProtocol,
  type ComparisonRow,
  type DatasetRow,
  protocolOf,
  type RunRow,
} from '../../library/index.js'
import type { Context } from '../context.js'
import { ClassLabelType, DatasetType } from '../dataset/dataset.type.js'
import { Drawing, KlScaling, Search, Selection } from '../enums.js'
import { HyperparameterValueType, valueList } from '../method/method.type.js'
import { methodAndSpaceOf } from '../method/method-and-space.js'
import { ObjectType } from '../object-type.js'
import { ComparisonType } from './comparison.type.js'

@ObjectType('ComparedMethod', { description: 'A method of a comparison in a space, as it was asked for.' })
class ComparedMethodType {}

@ObjectType('ComparisonProtocol', {
  description: 'How a comparison was asked to select and measure; the same for all its runs.',
})
class ComparisonProtocolType {
  @Field(() => Selection, { description: 'How hyperparameters were selected.' })
  selection: Selection

  @Field(() => Search, { description: 'How hyperparameters were searched.' })
  search: Search

  @Field(() => KlScaling, { description: 'How the KL term of Tip-X was scaled.' })
  klScaling: KlScaling

  @Field(() => Drawing, { description: 'How many images of each class a support set takes.' })
  drawing: Drawing

  @Field(() => Int, { description: 'The number of views of each support image.' })
  augmentations: number

  @Field(() => Float, {
    nullable: true,
    description: 'The coverage that prediction sets promise; null for comparisons of earlier versions.',
  })
  coverage: number | null

  @Field(() => [ComparedMethodType], { description: 'In the order of the request.' })
  methods: readonly RunRow[]
}

@Resolver(() => ComparisonType)
export class ComparisonProtocolResolver {
  @FieldResolver(() => ComparisonProtocolType, {
    description: 'What was asked for: selection, drawing, methods and what counts as unknown.',
  })
  async protocol(@Root() { id }: ComparisonRow, @Ctx() { loaders }: Context): Promise<ComparisonProtocol> {
    return protocolOf(await loaders.comparisonRuns.load(id))
  }
}

@Resolver(() => ComparisonProtocolType)
export class ComparisonProtocolFieldsResolver {
  @FieldResolver(() => DatasetType, {
    nullable: true,
    description:
      'The dataset whose test images belong to no class; null if there is none, or if it has been deleted.',
  })
  async unknownDataset(
    @Root() { unknownDatasetId }: ComparisonProtocol,
    @Ctx() { library }: Context,
  ): Promise<DatasetRow | null> {
    if (unknownDatasetId === null) return null
    return (await library.datasets.getMany([unknownDatasetId]))[0] ?? null
  }

  @FieldResolver(() => [ClassLabelType], { description: 'The classes that the classifier does not have.' })
  async holdOut(
    @Root() { holdOut, methods }: ComparisonProtocol,
    @Ctx() { loaders }: Context,
  ): Promise<ClassRow[]> {
    const [run] = methods
    const classes = run ? await loaders.classes.load(run.datasetId) : []
    return holdOut.flatMap((index) => classes[index] ?? [])
  }
}

@Resolver(() => ComparedMethodType)
export class ComparedMethodResolver extends methodAndSpaceOf(() => ComparedMethodType) {
  @FieldResolver(() => [HyperparameterValueType], {
    description: 'The hyperparameters that were given. The others are selected.',
  })
  given(@Root() { fixed }: RunRow): HyperparameterValueType[] {
    return valueList(fixed)
  }
}
