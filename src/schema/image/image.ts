import { Arg, Ctx, Directive, Field, FieldResolver, ID, InputType, Int, Resolver, Root } from 'type-graphql'
import { errors, reasonOf, ShotboardError } from '../../errors.js'
import {
  contentTypeOf,
  type GivenImage,
  type ImageFormat,
  type ImageInput,
  maxThumbnailSize,
  minThumbnailSize,
  requireThumbnailSize,
} from '../../library/index.js'
import type { Limits } from '../../settings/settings.js'
import { absoluteIfKnown, addressOf } from '../address.js'
import type { Context } from '../context.js'
import { ErrorCode } from '../error-code.js'
import { NodeType } from '../node/node.type.js'
import { ObjectType } from '../object-type.js'
import { Upload } from '../scalars.js'
import type { UploadedFile } from '../upload.js'

@ObjectType('Image', { implements: NodeType, description: 'An image. Its id is the SHA-256 of its bytes.' })
export class ImageType {
  @Field(() => ID, { description: 'The SHA-256 of its bytes, as 64 hexadecimal digits.' })
  id: string

  @Field(() => Int, {
    description: 'In pixels; 0 for an image that is gone, or of a request and cannot be read.',
  })
  width: number

  @Field(() => Int, {
    description: 'In pixels; 0 for an image that is gone, or of a request and cannot be read.',
  })
  height: number
}

/** An image as resolvers pass it on: stored, or with its bytes. */
export interface ImageRoot {
  readonly id: string
  readonly width: number
  readonly height: number
  /** Looked up if it is left out. */
  readonly cutShort?: boolean
  /** Whether it was removed and is no longer kept. */
  readonly isGone?: boolean
  /** Set for an image that was sent with the request and is not stored. */
  readonly unstored?: { readonly bytes: Buffer; readonly format: ImageFormat | null }
}

@Resolver(() => ImageType)
export class ImageResolver {
  @FieldResolver(() => String, {
    description: `The address of a smaller copy. ${absoluteIfKnown} Its longer side has at most \`size\` pixels, from ${minThumbnailSize} to ${maxThumbnailSize} pixels.`,
  })
  thumbnail(
    @Root() { id, unstored }: ImageRoot,
    @Arg('size', () => Int, { defaultValue: 160, description: 'The most pixels of the longer side.' })
    size: number,
    @Ctx() context: Context,
  ): string {
    requireThumbnailSize(size, 'size')
    return unstored
      ? this.url({ id, width: 0, height: 0, unstored }, context)
      : addressOf(`/images/${id}?size=${size}`, context)
  }

  @FieldResolver(() => Boolean, {
    description:
      'Whether it is a JPEG that ends too early. What is missing is grey. Such images are taken only if the service is set so.',
  })
  async cutShort(
    @Root() { id, cutShort, unstored, isGone }: ImageRoot,
    @Ctx() { loaders }: Context,
  ): Promise<boolean> {
    return unstored || isGone ? false : (cutShort ?? (await loaders.image.load(id)).cutShort)
  }

  @FieldResolver(() => Boolean, {
    description:
      'Whether the image was removed and is no longer kept. Results still name it. It has no size then, and nothing is at its addresses.',
  })
  isGone(@Root() { isGone = false }: ImageRoot): boolean {
    return isGone
  }

  @FieldResolver(() => String, {
    description: `The address of its bytes; a data URL for an image that is not stored. ${absoluteIfKnown}`,
  })
  url(@Root() { id, unstored }: ImageRoot, @Ctx() context: Context): string {
    if (!unstored) return addressOf(`/images/${id}`, context)
    const type = unstored.format === null ? 'application/octet-stream' : contentTypeOf(unstored.format)
    return `data:${type};base64,${unstored.bytes.toString('base64')}`
  }
}

@Directive('@oneOf')
@InputType('ImageInput', { description: 'An image: a stored one, or its bytes.' })
export class ImageInputType {
  @Field(() => ID, { nullable: true, description: 'The id of a stored image.' })
  id?: string | null

  @Field(() => String, { nullable: true, description: 'The bytes as base64 or a data URL.' })
  base64?: string | null

  @Field(() => Upload, { nullable: true, description: 'A file of a multipart request.' })
  upload?: UploadedFile | null
}

/** An image that results name, which may be gone by now. */
export async function imageNamed(id: string, { loaders }: Context): Promise<ImageRoot> {
  try {
    return await loaders.image.load(id)
  } catch (error) {
    if (!(error instanceof ShotboardError) || error.code !== 'UNKNOWN_IMAGE') throw error
    return { id, width: 0, height: 0, isGone: true }
  }
}

/** Converts an image input for the library. An upload is read only when the library needs it. */
export const imageInput = ({ id, base64, upload }: ImageInputType): ImageInput => ({
  ...(id != null && { id }),
  ...(base64 != null && { base64 }),
  ...(upload != null && { upload: { read: () => readUpload(upload) } }),
})

/** Throws TOO_MANY_IMAGES. */
export function requireImageLimit(
  images: readonly unknown[],
  { maxImagesPerRequest: max }: Limits,
  argument = 'input.images',
): void {
  if (images.length > max) throw errors.tooManyImages({ max, count: images.length }, argument)
}

@ObjectType('ImageError', { description: 'Why an image has no answer.' })
export class ImageErrorType {
  @Field(() => ErrorCode, { description: 'A stable code, such as INVALID_IMAGE.' })
  code: string

  @Field(() => String, { description: 'What is wrong, as a sentence.' })
  message: string
}

/** An image of a request. One that cannot be read has no size. */
export async function imageRootOf({ id, info, bytes, stored }: GivenImage): Promise<ImageRoot> {
  const header = await info()
  return {
    ...{ id, width: header?.width ?? 0, height: header?.height ?? 0 },
    ...(!stored && { unstored: { bytes, format: header?.format ?? null } }),
  }
}

/** Throws INVALID_IMAGE if the request does not contain the file. */
async function readUpload(upload: UploadedFile): Promise<Buffer> {
  try {
    return await upload.read()
  } catch (error) {
    if (!upload.exists) throw errors.invalidImage({ reason: reasonOf(error) })
    throw error
  }
}
