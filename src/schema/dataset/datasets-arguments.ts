import { ArgsType, Field } from 'type-graphql'
import { DatasetOrder, Direction } from '../enums.js'
import { PageArguments } from '../page.js'

@ArgsType()
export class DatasetsArguments extends PageArguments {
  @Field(() => String, {
    nullable: true,
    description: 'Only datasets that have this text in their name, in capitals or not.',
  })
  name?: string | null

  @Field(() => DatasetOrder, {
    nullable: true,
    defaultValue: DatasetOrder.CREATED,
    description: 'What to sort by. Default: CREATED.',
  })
  orderBy: DatasetOrder | null

  @Field(() => Direction, {
    nullable: true,
    defaultValue: Direction.DESCENDING,
    description: 'Default: DESCENDING, the newest first.',
  })
  direction: Direction | null
}
