import { Ctx, Field, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql'
import { allSpaces, type FeatureSpace, type LineStyle, lineStyleOf } from '../../library/index.js'
import type { Context } from '../context.js'
import { HyperparameterType, hyperparameterList } from '../method/method.type.js'
import { NodeType } from '../node/node.type.js'
import { ObjectType } from '../object-type.js'
import { PaperType } from '../paper.js'

@ObjectType('Marker', { description: 'The shape of points in plots.' })
class MarkerType {
  @Field(() => String, { description: 'Such as circle or triangle-down.' })
  name: string

  @Field(() => String, { description: 'As an SVG path around the origin, about 10 pixels wide.' })
  path: string
}

@ObjectType('FeatureSpace', {
  implements: NodeType,
  description: 'A space in which images are compared with images.',
})
export class FeatureSpaceType {
  @Field(() => ID, { description: 'Identifies the space, such as `clip`; it never changes.' })
  id: string

  @Field(() => String, { description: 'For people to read.' })
  name: string

  @Field(() => String, { description: 'One sentence that helps to choose a space.' })
  summary: string

  @Field(() => String, {
    nullable: true,
    description: 'The map from a feature f of the encoder to a feature u of this space, in TeX.',
  })
  formula?: string | null

  @Field(() => PaperType, { nullable: true, description: 'Where it was published. Null if it was not.' })
  paper?: PaperType | null

  @Field(() => Boolean, { description: 'Whether it needs trained weights, such as adapters.' })
  trained: boolean
}

@Resolver(() => FeatureSpaceType)
export class FeatureSpaceResolver {
  @Query(() => [FeatureSpaceType], {
    description: 'All feature spaces: the registered ones and those of added adapters.',
  })
  featureSpaces(@Ctx() { library }: Context): readonly FeatureSpace[] {
    return allSpaces(library.encoders.all, library.registry)
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The plugin that provides it. Null if it is built in.',
  })
  plugin(@Root() space: FeatureSpace, @Ctx() { library }: Context): string | null {
    return library.registry.pluginOf(space)
  }

  @FieldResolver(() => MarkerType, { description: 'The marker of its points in plots.' })
  marker(@Root() space: FeatureSpace): LineStyle['marker'] {
    return lineStyleOf(space).marker
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "The dash of its lines in plots, as SVG's stroke-dasharray; null for a solid line.",
  })
  dash(@Root() space: FeatureSpace): string | null {
    return lineStyleOf(space).dash
  }

  @FieldResolver(() => Boolean, { description: 'Whether it is fitted on the support set.' })
  fittedOnSupport(@Root() space: FeatureSpace): boolean {
    return space.fit !== undefined
  }

  @FieldResolver(() => [HyperparameterType], {
    description:
      'The hyperparameters of the fit. A method in this space takes them too. They keep their defaults unless given.',
  })
  hyperparameters(@Root() { hyperparameters = {} }: FeatureSpace): HyperparameterType[] {
    return hyperparameterList(hyperparameters)
  }
}
