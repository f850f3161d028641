import { Arg, ID, Resolver, Root, Subscription } from 'type-graphql'
import type { ImportRow } from '../../library/index.js'
import type { Context } from '../context.js'
import { ImportType } from './import.type.js'

@Resolver(() => ImportType)
export class ImportSubscription {
  @Subscription(() => ImportType, {
    description:
      'Emits the current state, then every change, at most twice a second. Completes when the import has ended.',
    subscribe: ({ args, context }: { args: { id: string }; context: Context }) =>
      context.library.imports.watch(args.id),
  })
  import(
    @Root() row: ImportRow,
    @Arg('id', () => ID, { description: 'The id of an import.' }) _id: string,
  ): ImportRow {
    return row
  }
}
