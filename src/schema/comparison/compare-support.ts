import { Directive, Field, ID, InputType, Int } from 'type-graphql'
import { errors, ShotboardError } from '../../errors.js'
import { Drawing } from '../enums.js'

@Directive('@oneOf')
@InputType('CompareSupportInput', {
  description: 'Which images of the support pool methods learn from.',
})
export class CompareSupportInputType {
  @Field(() => [Int], {
    nullable: true,
    description:
      'So many images of every class, drawn by each seed, for each of these numbers, from 1. Fails with NOT_ENOUGH_IMAGES if a class has fewer.',
  })
  shots?: number[] | null

  @Field(() => [Int], {
    nullable: true,
    description:
      'The same, but a class that has fewer images gives all it has. Fails with INVALID_VALUE if several seeds would draw the same images.',
  })
  atMost?: number[] | null

  @Field(() => Boolean, {
    nullable: true,
    description: 'True for every image of the support pool. With one seed, as all would draw the same.',
  })
  all?: boolean | null

  @Field(() => [ID], {
    nullable: true,
    description:
      'These images of the support pool of `dataset`, in any order, and one seed. Results then hold for this support set.',
  })
  images?: string[] | null
}

/** What the library takes in the place of `support`. Throws INVALID_VALUE for `all: false`. */
export function drawnBy({ shots, atMost, all, images }: CompareSupportInputType) {
  if (images != null) return { supportImages: images, drawing: Drawing.LISTED }
  if (all === false) throw errors.invalidValue({ reason: 'Give true, or another field.' }, 'support.all')
  if (all != null) return { drawing: Drawing.ALL }
  return atMost == null
    ? { shots: shots ?? [], drawing: Drawing.EXACT }
    : { shots: atMost, drawing: Drawing.AT_MOST }
}

/** The error of an argument of the library at its place in `support`. */
export function atSupport(error: unknown, support: CompareSupportInputType): unknown {
  if (!(error instanceof ShotboardError) || error.argument === undefined) return error
  const [, name = '', rest = ''] = /^(shots|supportImages)(.*)$/.exec(error.argument) ?? []
  if (name === '') return error
  const field = name === 'supportImages' ? 'images' : support.atMost == null ? 'shots' : 'atMost'
  return new ShotboardError(error.code, error.message, `support.${field}${rest}`)
}
