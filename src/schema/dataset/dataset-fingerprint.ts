import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql'
import type { DatasetRow } from '../../library/index.js'
import type { Context } from '../context.js'
import { DatasetType } from './dataset.type.js'

@Resolver(() => DatasetType)
export class DatasetFingerprintResolver {
  @FieldResolver(() => String, {
    description:
      'A SHA-256 of the classes, their prompts, and which images stand in which split: datasets that share it give the same results.',
  })
  fingerprint(@Root() { id }: DatasetRow, @Ctx() { library }: Context): Promise<string> {
    return library.fingerprintDataset(id)
  }

  @FieldResolver(() => String, {
    description: 'Where its manifest is served: classes, prompts, and every image by its SHA-256, as JSON.',
  })
  manifest(@Root() { id }: DatasetRow): string {
    return `/datasets/${id}.json`
  }
}
