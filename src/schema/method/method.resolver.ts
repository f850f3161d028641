import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql'
import {
  colorOf,
  type FeatureSpace,
  formulaOf,
  type Method,
  type Paper,
  type PlotColor,
} from '../../library/index.js'
import type { Context } from '../context.js'
import { MethodNeed, methodNeeds } from '../enums.js'
import { PaperType } from '../paper.js'
import { FeatureSpaceType } from '../space/space.js'
import { HyperparameterType, hyperparameterList, MethodType, PlotColorType, TermType } from './method.type.js'

@Resolver(() => MethodType)
export class MethodResolver {
  @Query(() => [MethodType], { description: 'All registered methods.' })
  methods(@Ctx() { library }: Context): readonly Method[] {
    return library.registry.methods
  }

  @Query(() => MethodType, { nullable: true, description: 'By id, name or alias, such as TA++.' })
  method(
    @Arg('id', () => ID, { description: 'Its id, name or an alias. Capitals do not matter.' }) id: string,
    @Ctx() { library }: Context,
  ): Method {
    return library.registry.method(id, 'id')
  }

  @FieldResolver(() => PaperType, {
    nullable: true,
    description: 'Where it was published. Null if it was not.',
  })
  paper(@Root() method: Method): Paper | null {
    return method.paper ?? null
  }

  @FieldResolver(() => PlotColorType, { description: 'Its colour in plots and tables.' })
  color(@Root() method: Method): PlotColor {
    return colorOf(method)
  }

  @FieldResolver(() => FeatureSpaceType, {
    nullable: true,
    description: 'The default feature space. Null if the method does not compare images.',
  })
  space(@Root() method: Method, @Ctx() { library }: Context): FeatureSpace | null {
    return method.space === null ? null : library.registry.space(method.space)
  }

  @FieldResolver(() => [String], {
    nullable: true,
    description:
      'The ids of the feature spaces that it can be used in. Null if it can be used in all, or compares no images.',
  })
  spaces(@Root() method: Method): readonly string[] | null {
    return method.spaces ?? null
  }

  @FieldResolver(() => [MethodNeed], {
    description: 'What it needs besides images and one text feature for each class.',
  })
  needs(@Root() { needs = [] }: Method): (keyof typeof MethodNeed)[] {
    return needs.map((need) => methodNeeds[need])
  }

  @FieldResolver(() => Boolean, {
    description: 'Whether it decides for all images together, so that an answer depends on the other images.',
  })
  transductive(@Root() { transductive }: Method): boolean {
    return transductive !== undefined
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'What a transductive method is for one image alone. Null for others.',
  })
  alone(@Root() { transductive }: Method): string | null {
    return transductive?.alone ?? null
  }

  @FieldResolver(() => [TermType], {
    description: 'What its logits are the sum of. One term named `score` if it has no separate terms.',
  })
  terms(@Root() method: Method): TermType[] {
    if (!method.terms) {
      const { formula = null } = method
      const name = 'score'
      return [
        {
          name,
          summary: 'The method has no separate terms.',
          formula,
          weight: null,
          color: colorOf({ id: name }),
        },
      ]
    }
    return method.terms.map(({ name, summary, formula = null, weight, color }) => ({
      name,
      summary,
      formula,
      weight,
      color: colorOf({ id: name, color }),
    }))
  }

  @FieldResolver(() => String, { description: 'The logits in TeX: the sum of the weighted terms.' })
  formula(@Root() method: Method): string {
    return formulaOf(method)
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The plugin that provides it. Null if it is built in.',
  })
  plugin(@Root() method: Method, @Ctx() { library }: Context): string | null {
    return library.registry.pluginOf(method)
  }

  @FieldResolver(() => [HyperparameterType], {
    description: 'In the order in which they are declared. Empty if it has none.',
  })
  hyperparameters(@Root() method: Method): HyperparameterType[] {
    return hyperparameterList(method.hyperparameters)
  }
}
