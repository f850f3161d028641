import { Field } from 'type-graphql'
import type { WarningRow } from '../library/index.js'
import { ErrorCode } from './error-code.js'
import { ObjectType } from './object-type.js'

@ObjectType('Warning', {
  description: 'Something that may be a mistake. What was asked for is done all the same.',
})
export class WarningType {
  @Field(() => ErrorCode, { description: 'A stable code, such as SIMILAR_CLASS_NAMES.' })
  code: string

  @Field(() => String, { description: 'What it is, and what can be done.' })
  text: string
}

export type Warning = WarningRow
