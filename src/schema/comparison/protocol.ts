import { Ctx, Field, FieldResolver, Int, Resolver, Root } from 'type-graphql'
import { type ComparisonProtocol, type ComparisonRow, protocolOf, type RunRow } from '../../library/index.js'
import type { Context } from '../context.js'
import { KlScaling, Selection } from '../enums.js'
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

  @Field(() => KlScaling)
  klScaling: KlScaling

  @Field(() => Int, { description: 'The number of views of each support image.' })
  augmentations: number

  @Field(() => [ComparedMethodType], { description: 'In the order of the request.' })
  methods: readonly RunRow[]
}

@Resolver(() => ComparisonType)
export class ComparisonProtocolResolver {
  @FieldResolver(() => ComparisonProtocolType)
  async protocol(@Root() { id }: ComparisonRow, @Ctx() { loaders }: Context): Promise<ComparisonProtocol> {
    return protocolOf(await loaders.comparisonRuns.load(id))
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
