import { Field, InputType } from 'type-graphql'
import type { TimeRange } from '../library/index.js'
import { DateTime } from './scalars.js'

@InputType('TimeRange', {
  description: 'From a time on, up to another and not including it; either may be left out.',
})
export class TimeRangeType {
  @Field(() => DateTime, { nullable: true })
  from?: Date | null

  @Field(() => DateTime, { nullable: true })
  before?: Date | null
}

/** A range as the store takes it. */
export const timeRange = ({ from, before }: TimeRangeType): TimeRange => ({
  ...(from != null && { from }),
  ...(before != null && { before }),
})
