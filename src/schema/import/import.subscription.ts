import { Arg, ID, Resolver, Root, Subscription } from 'type-graphql'
import type { ImportRow } from '../../library/index.js'
import type { Context } from '../context.js'
import { watchAll } from '../watch-all.js'
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

  @Subscription(() => ImportType, {
    description:
      'Follows several imports: emits the current state of each, then every change of any, at most twice a second for each. Completes when all have ended. Without `ids`, it follows all imports that wait or run, and those that are asked for meanwhile, and does not complete.',
    subscribe: ({ args, context }: { args: { ids?: string[] | null }; context: Context }) =>
      watchAll(args.ids, context, context.library.imports),
  })
  imports(
    @Root() row: ImportRow,
    @Arg('ids', () => [ID], {
      nullable: true,
      description:
        'The ids of imports, at least one. As many as a page may have (setting SHOTBOARD_MAX_PAGE_SIZE). Default: all that wait or run, now or later.',
    })
    _ids: string[] | null | undefined,
  ): ImportRow {
    return row
  }
}
