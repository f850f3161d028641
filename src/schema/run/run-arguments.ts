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
  @Field(() => ID, { nullable: true })
  dataset?: string | null

  @Field(() => ID, { nullable: true })
  comparison?: string | null

  @Field(() => ID, { nullable: true, description: 'Id, name or alias.' })
  method?: string | null

  @Field(() => ID, { nullable: true })
  space?: string | null

  @Field(() => Int, { nullable: true })
  shots?: number | null

  @Field(() => Int, { nullable: true })
  seed?: number | null

  @Field(() => JobStatus, { nullable: true })
  status?: JobStatus | null

  @Field(() => TimeRangeType, { nullable: true })
  created?: TimeRangeType | null

  @Field(() => TimeRangeType, { nullable: true })
  finished?: TimeRangeType | null

  @Field(() => RunOrder, { nullable: true, defaultValue: RunOrder.CREATED })
  orderBy: RunOrder | null

  @Field(() => Direction, { nullable: true, defaultValue: Direction.DESCENDING })
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
    ...(status != null && { status }),
    ...(created != null && { created: timeRange(created) }),
    ...(finished != null && { finished: timeRange(finished) }),
  }
}
