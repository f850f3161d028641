import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql'
import { errors } from '../../errors.js'
import type { Encoder, FeatureSpace, ListedAdapter } from '../../library/index.js'
import { atInput } from '../arguments.js'
import type { Context } from '../context.js'
import { EncoderType } from '../encoder/encoder.js'
import { FeatureSpaceType } from '../space/space.js'
import { AdapterType, ImportAdapterInputType } from './adapter.type.js'

@Resolver(() => AdapterType)
export class AdapterResolver {
  @Query(() => [AdapterType], { description: 'The added adapters of an encoder, or of all.' })
  adapters(
    @Arg('encoder', () => ID, { nullable: true }) encoder: string | null | undefined,
    @Ctx() { library }: Context,
  ): Promise<ListedAdapter[]> {
    return library.adapters.list(encoder)
  }

  @Mutation(() => AdapterType, { description: 'Adds the adapter of a file, made for this encoder.' })
  async importAdapter(
    @Arg('input', () => ImportAdapterInputType) { file, ...input }: ImportAdapterInputType,
    @Ctx() { library }: Context,
  ): Promise<ListedAdapter> {
    return atInput(receive(file).then((content) => library.adapters.add({ ...input, content })))
  }

  @Mutation(() => EncoderType, {
    description:
      "Makes an added adapter the encoder's `imo`; without a name, the model's own is it again. Refused while a comparison works with the encoder.",
  })
  useAdapter(
    @Arg('encoder', () => ID, { nullable: true }) encoder: string | null | undefined,
    @Arg('name', () => String, { nullable: true }) name: string | null | undefined,
    @Ctx() { library }: Context,
  ): Promise<Encoder> {
    return library.adapters.use(encoder, name ?? null)
  }

  @Mutation(() => String, { description: 'Deletes an added adapter, and returns its name. Results stay.' })
  async removeAdapter(
    @Arg('encoder', () => ID, { nullable: true }) encoder: string | null | undefined,
    @Arg('name', () => String) name: string,
    @Ctx() { library }: Context,
  ): Promise<string> {
    await library.adapters.remove(encoder, name)
    return name
  }

  @FieldResolver(() => EncoderType)
  encoder(@Root() { encoder }: ListedAdapter, @Ctx() { library }: Context): Encoder {
    return library.encoders.get(encoder)
  }

  @FieldResolver(() => FeatureSpaceType, { description: 'Images compared with it switched on.' })
  space(@Root() { name }: ListedAdapter, @Ctx() { library }: Context): FeatureSpace {
    return library.registry.space(`imo:${name}`)
  }

  @FieldResolver(() => String, { description: 'Where its file is served.' })
  url(@Root() { encoder, name }: ListedAdapter): string {
    return `/adapters/${encodeURIComponent(encoder)}/${name}.safetensors`
  }
}

/** More than the largest adapter of the largest encoder that there is. */
const maxBytes = 512 * 2 ** 20

/** Throws INVALID_ADAPTER for a file that the request names and does not hold, FILE_TOO_LARGE for one that cannot be one. */
async function receive(upload: ImportAdapterInputType['file']): Promise<Uint8Array> {
  const received = await upload.catch(() => undefined)
  if (!received) {
    throw errors.invalidAdapterFile(
      { file: 'that was sent', reason: 'The request does not hold it.' },
      'file',
    )
  }
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of received.createReadStream() as AsyncIterable<Uint8Array>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw errors.fileTooLarge({ megabytes: maxBytes / 2 ** 20 }, 'file')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
