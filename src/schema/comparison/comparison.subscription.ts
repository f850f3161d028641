import { Arg, ID, Resolver, Root, Subscription } from 'type-graphql'
import type { ComparisonRow } from '../../library/index.js'
import type { Context } from '../context.js'
import { watchAll } from '../watch-all.js'
import { ComparisonType } from './comparison.type.js'

@Resolver(() => ComparisonType)
export class ComparisonSubscription {
  @Subscription(() => ComparisonType, {
    description:
      'Emits the current state, then every change, at most twice a second. Completes when the comparison has ended.',
    subscribe: ({ args, context }: { args: { id: string }; context: Context }) =>
      context.library.comparisons.watch(args.id),
  })
  comparison(
    @Root() comparison: ComparisonRow,
    @Arg('id', () => ID, { description: 'The id of a comparison.' }) _id: string,
  ): ComparisonRow {
    return comparison
  }

  @Subscription(() => ComparisonType, {
    description:
      'Follows several comparisons: emits the current state of each, then every change of any, at most twice a second for each. Completes when all have ended. Without `ids`, it follows all comparisons that wait or run, and those that are asked for meanwhile, and does not complete.',
    subscribe: ({ args, context }: { args: { ids?: string[] | null }; context: Context }) =>
      watchAll(args.ids, context, context.library.comparisons),
  })
  comparisons(
    @Root() row: ComparisonRow,
    @Arg('ids', () => [ID], {
      nullable: true,
      description:
        'The ids of comparisons, at least one. As many as a page may have (setting SHOTBOARD_MAX_PAGE_SIZE). Default: all that wait or run, now or later.',
    })
    _ids: string[] | null | undefined,
  ): ComparisonRow {
    return row
  }
}
