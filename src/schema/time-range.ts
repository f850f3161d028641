import { Field, InputType } from 'type-graphql'
import type { TimeRange } from '../library/index.js'
import { DateTime } from './scalars.js'

@InputType('TimeRange', {
  description: 'Times from `from` (included) to `before` (excluded). Both are optional.',
})
export class TimeRangeType {
  @Field(() => DateTime, { nullable: true, description: 'The first moment that counts. Null: no limit.' })
  from?: Date | null

  @Field(() => DateTime, {
    nullable: true,
    description: 'The first moment that no longer counts. Null: no limit.',
  })
  before?: Date | null
}

/** Converts a range for the store. */
export const timeRange = ({ from, before }: TimeRangeType): TimeRange => ({
  ...(from != null && { from }),
  ...(before != null && { before }),
})
