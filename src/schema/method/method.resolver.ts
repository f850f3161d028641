import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql'
import { allSpaces, type FeatureSpace, formulaOf, type Method, type Paper } from '../../library/index.js'
import type { Context } from '../context.js'
import { PaperType } from '../paper.js'
import { FeatureSpaceType } from '../space/space.js'
import { HyperparameterType, hyperparameterList, MethodType, TermType } from './method.type.js'

@Resolver(() => MethodType)
export class MethodResolver {
  @Query(() => [MethodType], { description: 'All registered methods.' })
  methods(@Ctx() { library }: Context): readonly Method[] {
    return library.registry.methods
  }

  @Query(() => MethodType, { nullable: true, description: 'By id, name or alias, such as TA++.' })
  method(@Arg('id', () => ID) id: string, @Ctx() { library }: Context): Method {
    return library.registry.method(id, 'id')
  }

  @FieldResolver(() => PaperType, { nullable: true })
  paper(@Root() method: Method): Paper | null {
    return method.paper ?? null
  }

  @FieldResolver(() => FeatureSpaceType, {
    nullable: true,
    description: 'The default feature space. Null if the method does not compare images.',
  })
  space(@Root() method: Method, @Ctx() { library }: Context): FeatureSpace | null {
    return method.space === null ? null : library.registry.space(method.space)
  }

  @FieldResolver(() => [TermType])
  terms(@Root() method: Method): TermType[] {
    if (!method.terms) {
      const { formula = null } = method
      return [{ name: 'score', summary: 'The method has no separate terms.', formula, weight: null }]
    }
    return method.terms.map(({ name, summary, formula = null, weight }) => ({
      name,
      summary,
      formula,
      weight,
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

  @FieldResolver(() => [HyperparameterType])
  hyperparameters(@Root() method: Method): HyperparameterType[] {
    return hyperparameterList(method.hyperparameters)
  }
}

/** A method by id. If its plugin is not loaded, returns a placeholder, so that old results stay readable. */
export function methodNamed(id: string, { library }: Context): Method {
  const summary = 'Unknown method: its plugin is not loaded.'
  return (
    library.registry.methods.find((method) => method.id === id) ??
    ({ id, name: id, summary, space: null, hyperparameters: {}, terms: [] } satisfies Method)
  )
}

/** Like `methodNamed`, for a space. Null for null. */
export function spaceNamed(id: string | null, { library }: Context): FeatureSpace | null {
  if (id === null) return null
  const summary = 'Unknown space: its plugin is not loaded, or its adapter was removed.'
  return (
    library.registry.spaces.find((space) => space.id === id) ??
    allSpaces(library.encoders.all, library.registry).find((space) => space.id === id) ??
    ({ id, name: id, summary, base: 'clip', trained: false } satisfies FeatureSpace)
  )
}
