import { ArgsType, Field, ID, Int } from 'type-graphql'
import type { ComparisonFilter } from '../../library/index.js'
import type { Context } from '../context.js'
import { datasetFilter } from '../dataset/dataset-filter.js'
import { ComparisonOrder, Direction, JobStatus } from '../enums.js'
import { PageArguments } from '../page.js'
import { TimeRangeType, timeRange } from '../time-range.js'

@ArgsType()
export class ComparisonsArguments extends PageArguments {
  @Field(() => ID, {
    nullable: true,
    description: 'Only comparisons with support images of this dataset, by its id.',
  })
  dataset?: string | null

  @Field(() => [JobStatus], { nullable: true, description: 'Only comparisons in one of these states.' })
  status?: JobStatus[] | null

  @Field(() => ID, {
    nullable: true,
    description: 'Only comparisons with a run of this method: id, name or alias.',
  })
  method?: string | null

  @Field(() => ID, {
    nullable: true,
    description: 'Only comparisons with a run in this space, and of `method` if it is given.',
  })
  space?: string | null

  @Field(() => Int, {
    nullable: true,
    description: 'Only comparisons with such a run at this number of shots.',
  })
  shots?: number | null

  @Field(() => TimeRangeType, {
    nullable: true,
    description: 'Only comparisons that were asked for in this time.',
  })
  created?: TimeRangeType | null

  @Field(() => TimeRangeType, { nullable: true, description: 'Only comparisons that ended in this time.' })
  finished?: TimeRangeType | null

  @Field(() => String, {
    nullable: true,
    description:
      'Only comparisons that have this text in their name, their notes or the name of their dataset, in capitals or not.',
  })
  search?: string | null

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Whether to list those that were put away, instead of the others. Default: false.',
  })
  discarded: boolean | null

  @Field(() => ComparisonOrder, {
    nullable: true,
    defaultValue: ComparisonOrder.CREATED,
    description: 'What to sort by. Default: CREATED.',
  })
  orderBy: ComparisonOrder | null

  @Field(() => Direction, {
    nullable: true,
    defaultValue: Direction.DESCENDING,
    description: 'Default: DESCENDING, the newest first.',
  })
  direction: Direction | null
}

/** The store's filter for these arguments. Throws UNKNOWN_DATASET, UNKNOWN_METHOD or UNKNOWN_SPACE. */
export async function comparisonFilter(
  asked: ComparisonsArguments,
  context: Context,
): Promise<ComparisonFilter> {
  const { registry } = context.library
  const { status, method, space, shots, created, finished, search, discarded } = asked
  return {
    ...(await datasetFilter(asked.dataset, context)),
    ...(status != null && { status: { in: status } }),
    ...(method != null && { method: registry.method(method, 'method').id }),
    ...(space != null && { space: registry.space(space, 'space').id }),
    discarded: discarded ?? false,
    ...(search != null && search.trim() !== '' && { search: search.trim() }),
    ...(shots != null && { shots }),
    ...(created != null && { created: timeRange(created) }),
    ...(finished != null && { finished: timeRange(finished) }),
  }
}
