import { Field, ID, InputType } from 'type-graphql'

/** The input of a mutation that needs an id and nothing else. */
export function inputOfId(name: string, description: string, idDescription: string) {
  @InputType(name, { description })
  class InputOfIdType {
    @Field(() => ID, { description: idDescription })
    id: string
  }
  return InputOfIdType
}

export interface InputOfId {
  readonly id: string
}
