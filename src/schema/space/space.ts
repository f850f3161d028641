import { Ctx, Field, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql'
import { allSpaces, type FeatureSpace, type LineStyle, lineStyleOf } from '../../library/index.js'
import type { Context } from '../context.js'
import { HyperparameterType, hyperparameterList } from '../method/method.type.js'
import { ObjectType } from '../object-type.js'
import { PaperType } from '../paper.js'

@ObjectType('Marker', { description: 'The shape of points in plots.' })
class MarkerType {
  @Field(() => String, { description: 'Such as circle or triangle-down.' })
  name: string

  @Field(() => String, { description: 'As an SVG path around the origin, about 10 pixels wide.' })
  path: string
}

@ObjectType('FeatureSpace', { description: 'Where images are compared with images.' })
export class FeatureSpaceType {
  @Field(() => ID)
  id: string

  @Field(() => String)
  name: string

  @Field(() => String)
  summary: string

  @Field(() => String, {
    nullable: true,
    description: 'How a feature f of the encoder becomes a feature u of this space, in TeX.',
  })
  formula?: string | null

  @Field(() => PaperType, { nullable: true })
  paper?: PaperType | null

  @Field(() => Boolean, { description: 'Whether it needs something trained, such as adapters.' })
  trained: boolean
}

@Resolver(() => FeatureSpaceType)
export class FeatureSpaceResolver {
  @Query(() => [FeatureSpaceType], {
    description: 'Every feature space: those registered, and those of added adapters.',
  })
  featureSpaces(@Ctx() { library }: Context): readonly FeatureSpace[] {
    return allSpaces(library.encoders.all, library.registry)
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The plugin that brought it; null for what is built in.',
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

  @FieldResolver(() => Boolean, { description: 'Whether it is fitted on the support set itself.' })
  fittedOnSupport(@Root() space: FeatureSpace): boolean {
    return space.fit !== undefined
  }

  @FieldResolver(() => [HyperparameterType], {
    description:
      'What its fit depends on. A method in it has these among its own hyperparameters; each is at its default unless given.',
  })
  hyperparameters(@Root() { hyperparameters = {} }: FeatureSpace): HyperparameterType[] {
    return hyperparameterList(hyperparameters)
  }
}
