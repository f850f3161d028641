import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql'
import {
  type Encoder,
  type FeatureSpace,
  type Method,
  methodOrPlaceholder,
  spaceOrPlaceholder,
} from '../../library/index.js'
import type { Context } from '../context.js'
import { EncoderType } from '../encoder/encoder.js'
import { FeatureSpaceType } from '../space/space.js'
import { MethodType } from './method.type.js'

/** A row with the ids of a method and of the requested space. */
export interface Named {
  readonly method: string
  readonly space: string | null
}

/** A base class for resolvers of such rows: it resolves the fields `method` and `space`. */
export function methodAndSpaceOf(type: () => new () => object) {
  @Resolver(type)
  abstract class MethodAndSpaceResolver {
    @FieldResolver(() => MethodType, {
      description: 'The method. One whose plugin is gone has its id as its name.',
    })
    method(@Root() { method }: Named, @Ctx() { library }: Context): Method {
      return methodOrPlaceholder(method, library.registry)
    }

    @FieldResolver(() => FeatureSpaceType, {
      nullable: true,
      description: 'The feature space in which it compares images. Null if it compares none.',
    })
    space(@Root() { space }: Named, @Ctx() { library }: Context): FeatureSpace | null {
      return spaceOrPlaceholder(space, library.registry, library.encoders.all)
    }
  }
  return MethodAndSpaceResolver
}

/** Like `methodAndSpaceOf`, with the field `encoder` as well. */
export function encoderMethodAndSpaceOf(type: () => new () => object) {
  @Resolver(type)
  abstract class EncoderMethodAndSpaceResolver extends methodAndSpaceOf(type) {
    @FieldResolver(() => EncoderType, { description: 'The encoder of the features.' })
    encoder(@Root() { encoder }: { readonly encoder: string }, @Ctx() { library }: Context): Encoder {
      return library.encoders.get(encoder)
    }
  }
  return EncoderMethodAndSpaceResolver
}
