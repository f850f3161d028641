import { Field, ID } from 'type-graphql'
import { ObjectType } from '../object-type.js'

@ObjectType('CodeIdentity', {
  description: 'Which version of a method or a feature space computed something.',
})
class CodeIdentityType {
  @Field(() => ID, { description: 'Of the method or the space.' })
  id: string

  @Field(() => String, { description: 'The plugin that it comes from: `shotboard` for what is built in.' })
  plugin: string

  @Field(() => String, {
    nullable: true,
    description: "The package of the plugin's module, if it lies in one.",
  })
  package: string | null

  @Field(() => String, { nullable: true, description: 'The version of that package.' })
  version: string | null

  @Field(() => String, {
    nullable: true,
    description:
      'The SHA-256 of the module and of every file that it names. Null if it was not loaded from a file.',
  })
  code: string | null

  @Field(() => String, { description: 'The hash of what it declares, such as its grids.' })
  declared: string
}

@ObjectType('RunCode', { description: 'The code that computed a run.' })
export class RunCodeType {
  @Field(() => String, { description: 'The SHA-256 of the code that selects and measures.' })
  evaluation: string

  @Field(() => CodeIdentityType, { description: 'The code of the method.' })
  method: CodeIdentityType

  @Field(() => CodeIdentityType, { nullable: true, description: 'Null if the method compares no images.' })
  space: CodeIdentityType | null
}
