import { Field, FieldResolver, Resolver, Root } from 'type-graphql'
import type { ComparisonRow } from '../../library/index.js'
import { ObjectType } from '../object-type.js'
import { ComparisonType } from './comparison.type.js'

@ObjectType('ComparisonExports', {
  description: 'Where a comparison is served as a file with everything needed to repeat it.',
})
class ComparisonExportsType {
  @Field(() => String, { description: 'A document that `shotboard compare` repeats.' })
  json: string

  @Field(() => String, { description: 'A line for each run.' })
  csv: string
}

@Resolver(() => ComparisonType)
export class ComparisonExportsResolver {
  @FieldResolver(() => ComparisonExportsType)
  exports(@Root() { id }: ComparisonRow): ComparisonExportsType {
    return { json: `/comparisons/${id}.json`, csv: `/comparisons/${id}.csv` }
  }
}
