import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql'
import type { Encoder, FeatureSpace, Method } from '../../library/index.js'
import type { Context } from '../context.js'
import { EncoderType } from '../encoder/encoder.js'
import { FeatureSpaceType } from '../space/space.js'
import { methodNamed, spaceNamed } from './method.resolver.js'
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
    @FieldResolver(() => MethodType)
    method(@Root() { method }: Named, @Ctx() context: Context): Method {
      return methodNamed(method, context)
    }

    @FieldResolver(() => FeatureSpaceType, { nullable: true })
    space(@Root() { space }: Named, @Ctx() context: Context): FeatureSpace | null {
      return spaceNamed(space, context)
    }
  }
  return MethodAndSpaceResolver
}

/** Like `methodAndSpaceOf`, with the field `encoder` as well. */
export function encoderMethodAndSpaceOf(type: () => new () => object) {
  @Resolver(type)
  abstract class EncoderMethodAndSpaceResolver extends methodAndSpaceOf(type) {
    @FieldResolver(() => EncoderType)
    encoder(@Root() { encoder }: { readonly encoder: string }, @Ctx() { library }: Context): Encoder {
      return library.encoders.get(encoder)
    }
  }
  return EncoderMethodAndSpaceResolver
}
