import { Arg, ID, Resolver, Root, Subscription } from 'type-graphql'
import type { ComparisonRow } from '../../library/index.js'
import type { Context } from '../context.js'
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
}
