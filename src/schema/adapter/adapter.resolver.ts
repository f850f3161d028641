import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql'
import { errors } from '../../errors.js'
import type { Encoder, FeatureSpace, ListedAdapter } from '../../library/index.js'
import { absoluteIfKnown, addressOf } from '../address.js'
import type { Context } from '../context.js'
import { EncoderType } from '../encoder/encoder.js'
import { PayloadMutation } from '../payload-mutation.js'
import { FeatureSpaceType } from '../space/space.js'
import type { UploadedFile } from '../upload.js'
import {
  AdapterType,
  ImportAdapterInputType,
  RemoveAdapterInputType,
  UseAdapterInputType,
} from './adapter.type.js'

@Resolver(() => AdapterType)
export class AdapterResolver {
  @Query(() => [AdapterType], { description: 'The added adapters of one encoder, or of all encoders.' })
  adapters(
    @Arg('encoder', () => ID, {
      nullable: true,
      description: 'Only adapters of this encoder, by its id. Left out: of all encoders.',
    })
    encoder: string | null | undefined,
    @Ctx() { library }: Context,
  ): Promise<ListedAdapter[]> {
    return library.adapters.list(encoder)
  }

  @PayloadMutation(
    {
      adapter: { type: () => AdapterType, description: 'The adapter that was added.' },
    },
    {
      description: 'Adds an adapter from a file. The adapter must fit the encoder.',
    },
  )
  async importAdapter(
    @Arg('input', () => ImportAdapterInputType, {
      description: 'The file, and what the adapter is to be called.',
    })
    { file, ...input }: ImportAdapterInputType,
    @Ctx() { library }: Context,
  ): Promise<ListedAdapter> {
    return library.adapters.add({ ...input, content: await receive(file) })
  }

  @PayloadMutation(
    {
      encoder: { type: () => EncoderType, description: 'The encoder as it is now.' },
    },
    {
      description:
        "Uses an added adapter as the encoder's `imo` space. Without a name, goes back to the adapter of the model. Fails with IN_USE while a comparison uses the encoder.",
    },
  )
  useAdapter(
    @Arg('input', () => UseAdapterInputType, { description: 'The encoder and the adapter.' })
    { encoder, name }: UseAdapterInputType,
    @Ctx() { library }: Context,
  ): Promise<Encoder> {
    return library.adapters.use(encoder, name ?? null)
  }

  @PayloadMutation(
    { name: { type: () => String, description: 'The name of the adapter that was deleted.' } },
    { description: 'Deletes an added adapter. Results stay.' },
  )
  async removeAdapter(
    @Arg('input', () => RemoveAdapterInputType, { description: 'The encoder and the adapter.' })
    { encoder, name }: RemoveAdapterInputType,
    @Ctx() { library }: Context,
  ): Promise<string> {
    await library.adapters.remove(encoder, name)
    return name
  }

  @FieldResolver(() => EncoderType, { description: 'The encoder that it was trained for. It fits no other.' })
  encoder(@Root() { encoder }: ListedAdapter, @Ctx() { library }: Context): Encoder {
    return library.encoders.get(encoder)
  }

  @FieldResolver(() => FeatureSpaceType, {
    description: 'The feature space that compares images with this adapter on.',
  })
  space(@Root() { name }: ListedAdapter, @Ctx() { library }: Context): FeatureSpace {
    return library.registry.space(`imo:${name}`)
  }

  @FieldResolver(() => String, { description: `The address of its file. ${absoluteIfKnown}` })
  url(@Root() { encoder, name }: ListedAdapter, @Ctx() context: Context): string {
    return addressOf(`/adapters/${encodeURIComponent(encoder)}/${name}.safetensors`, context)
  }
}

/** Larger than any adapter of any known encoder. */
const maxBytes = 512 * 2 ** 20

/** Throws INVALID_ADAPTER if the request does not contain the file, and FILE_TOO_LARGE above `maxBytes`. */
function receive(upload: UploadedFile): Promise<Uint8Array> {
  if (!upload.exists) {
    throw errors.invalidAdapterFile(
      { file: 'upload', reason: 'The request does not contain the file.' },
      'file',
    )
  }
  if (upload.bytes > maxBytes) throw errors.fileTooLarge({ megabytes: maxBytes / 2 ** 20 }, 'file')
  return upload.read()
}
