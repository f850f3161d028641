import { Directive, Field, ID, InputType, Int } from 'type-graphql'
import { errors, ShotboardError } from '../../errors.js'
import { Drawing } from '../enums.js'

@Directive('@oneOf')
@InputType('DrawSupportInput', {
  description: 'Which images of the support pool a support set has.',
})
export class DrawSupportInputType {
  @Field(() => Int, {
    nullable: true,
    description:
      'So many images of every class, drawn by the seed, from 1. Fails with NOT_ENOUGH_IMAGES if a class has fewer.',
  })
  shots?: number | null

  @Field(() => Int, {
    nullable: true,
    description: 'The same, but a class that has fewer images gives all it has.',
  })
  atMost?: number | null

  @Field(() => Boolean, { nullable: true, description: 'True for every image of the support pool.' })
  all?: boolean | null

  @Field(() => [ID], {
    nullable: true,
    description:
      'These images of the support pool of `dataset`, in any order, and one of every class at least.',
  })
  images?: string[] | null
}

/** What the library takes in the place of `support`. Throws INVALID_VALUE for `all: false`. */
export function drawnOnceBy({ shots, atMost, all, images }: DrawSupportInputType) {
  if (images != null) return { images, drawing: Drawing.LISTED }
  if (all === false) throw errors.invalidValue({ reason: 'Give true, or another field.' }, 'support.all')
  if (all != null) return { drawing: Drawing.ALL }
  return atMost == null
    ? { shots: shots ?? null, drawing: Drawing.EXACT }
    : { shots: atMost, drawing: Drawing.AT_MOST }
}

/** The error of an argument of the library at its place in `support`. */
export function atDrawnSupport(error: unknown, { atMost, all }: DrawSupportInputType): unknown {
  if (!(error instanceof ShotboardError) || error.argument === undefined) return error
  const [, name = '', rest = ''] = /^(shots|images)(.*)$/.exec(error.argument) ?? []
  if (name === '') return error
  const field = name === 'images' ? 'images' : all != null ? 'all' : atMost == null ? 'shots' : 'atMost'
  return new ShotboardError(error.code, error.message, `support.${field}${rest}`)
}
