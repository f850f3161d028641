import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql'
import type { DatasetRow } from '../../library/index.js'
import { absoluteIfKnown, addressOf } from '../address.js'
import type { Context } from '../context.js'
import { DatasetType } from './dataset.type.js'

@Resolver(() => DatasetType)
export class DatasetFingerprintResolver {
  @FieldResolver(() => String, {
    description:
      'A SHA-256 of the classes, their prompts and the images of each split. Datasets with the same fingerprint give the same results.',
  })
  fingerprint(@Root() { id }: DatasetRow, @Ctx() { library }: Context): Promise<string> {
    return library.fingerprintDataset(id)
  }

  @FieldResolver(() => String, {
    description: `The address of its manifest, a JSON file with classes, prompts, and the SHA-256 of every image. ${absoluteIfKnown}`,
  })
  manifest(@Root() { id }: DatasetRow, @Ctx() context: Context): string {
    return addressOf(`/datasets/${id}.json`, context)
  }
}
