import { Field, ID } from 'type-graphql'
import type { DatasetChangeRow } from '../../library/index.js'
import { DatasetChangeKind } from '../enums.js'
import { NodeType } from '../node/node.type.js'
import { ObjectType } from '../object-type.js'
import { DateTime } from '../scalars.js'

@ObjectType('DatasetChange', {
  implements: NodeType,
  description: 'A change that mended a dataset. It can be undone for 7 days, unless it is forgotten before.',
})
export class DatasetChangeType {
  @Field(() => ID, { description: 'Identifies the change, for `undoDatasetChange`.' })
  id: string

  @Field(() => DatasetChangeKind, { description: 'What was done. Programs may rely on it.' })
  kind: DatasetChangeRow['kind']

  @Field(() => String, { description: 'In words, such as `Moved 3 images`.' })
  text: string

  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt: Date

  @Field(() => DateTime, { nullable: true, description: 'Null if it has not been undone.' })
  undoneAt: Date | null
}
