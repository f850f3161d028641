import { ArgsType, Field, ID, Int } from 'type-graphql'
import { errors } from '../../errors.js'
import type { RunFilter } from '../../library/index.js'
import type { Context } from '../context.js'
import { datasetFilter } from '../dataset/dataset-filter.js'
import { Direction, JobStatus, RunOrder } from '../enums.js'
import { PageArguments } from '../page.js'
import { TimeRangeType, timeRange } from '../time-range.js'

@ArgsType()
export class RunsArguments extends PageArguments {
  @Field(() => ID, {
    nullable: true,
    description: 'Only runs with support images of this dataset, by its id.',
  })
  dataset?: string | null

  @Field(() => ID, { nullable: true, description: 'Only runs of this comparison, by its id.' })
  comparison?: string | null

  @Field(() => ID, { nullable: true, description: 'Id, name or alias.' })
  method?: string | null

  @Field(() => ID, { nullable: true, description: 'Only runs in this feature space, by its id.' })
  space?: string | null

  @Field(() => Int, { nullable: true, description: 'Only runs with so many images per class.' })
  shots?: number | null

  @Field(() => Int, { nullable: true, description: 'Only runs whose support set was drawn with this seed.' })
  seed?: number | null

  @Field(() => [JobStatus], { nullable: true, description: 'Only runs in one of these states.' })
  status?: JobStatus[] | null

  @Field(() => TimeRangeType, { nullable: true, description: 'Only runs that were asked for in this time.' })
  created?: TimeRangeType | null

  @Field(() => TimeRangeType, { nullable: true, description: 'Only runs that ended in this time.' })
  finished?: TimeRangeType | null

  @Field(() => RunOrder, {
    nullable: true,
    defaultValue: RunOrder.CREATED,
    description: 'What to sort by. Default: CREATED.',
  })
  orderBy: RunOrder | null

  @Field(() => Direction, {
    nullable: true,
    defaultValue: Direction.DESCENDING,
    description: 'Default: DESCENDING, the newest or the greatest first.',
  })
  direction: Direction | null
}

/**
 * The store's filter for these arguments. Throws UNKNOWN_DATASET, UNKNOWN_COMPARISON, UNKNOWN_METHOD or
 * UNKNOWN_SPACE.
 */
export async function runFilter(asked: RunsArguments, context: Context): Promise<RunFilter> {
  const { registry, comparisons } = context.library
  const { comparison, method, space, shots, seed, status, created, finished } = asked
  if (comparison != null && (await comparisons.get(comparison)) === null) {
    throw errors.unknownComparison({ id: comparison }, 'comparison')
  }
  return {
    ...(await datasetFilter(asked.dataset, context)),
    ...(comparison != null && { comparisonId: comparison }),
    ...(method != null && { method: registry.method(method, 'method').id }),
    ...(space != null && { space: registry.space(space, 'space').id }),
    ...(shots != null && { shots }),
    ...(seed != null && { seed }),
    ...(status != null && { status: { in: status } }),
    ...(created != null && { created: timeRange(created) }),
    ...(finished != null && { finished: timeRange(finished) }),
  }
}
