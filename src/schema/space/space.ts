import { Ctx, Field, FieldResolver, ID, ObjectType, Query, Resolver, Root } from 'type-graphql'
import type { FeatureSpace } from '../../spaces/contract.js'
import type { Context } from '../context.js'

@ObjectType('FeatureSpace', { description: 'Where images are compared with images.' })
export class FeatureSpaceType {
  @Field(() => ID)
  id: string

  @Field(() => String)
  name: string

  @Field(() => String)
  summary: string

  @Field(() => Boolean, { description: 'Whether it needs something trained, such as adapters.' })
  trained: boolean
}

@Resolver(() => FeatureSpaceType)
export class FeatureSpaceResolver {
  @Query(() => [FeatureSpaceType], { description: 'Every registered feature space.' })
  featureSpaces(@Ctx() { library }: Context): readonly FeatureSpace[] {
    return library.registry.spaces
  }

  @FieldResolver(() => Boolean, { description: 'Whether it is fitted on the support set itself.' })
  fittedOnSupport(@Root() space: FeatureSpace): boolean {
    return space.fit !== undefined
  }
}
