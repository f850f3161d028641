import { Field, FieldResolver, Resolver, Root } from 'type-graphql'
import type { ComparisonRow } from '../../library/index.js'
import { ObjectType } from '../object-type.js'
import { ComparisonType } from './comparison.type.js'

@ObjectType('ComparisonExports', {
  description: 'The paths of the files with everything needed to repeat a comparison.',
})
class ComparisonExportsType {
  @Field(() => String, { description: 'JSON. `shotboard compare` repeats it.' })
  json: string

  @Field(() => String, { description: 'CSV, one line per run.' })
  csv: string

  @Field(() => String, { description: 'A report in HTML, for people: one page that needs no network.' })
  html: string
}

@Resolver(() => ComparisonType)
export class ComparisonExportsResolver {
  @FieldResolver(() => ComparisonExportsType, { description: 'Where to download it as files.' })
  exports(@Root() { id }: ComparisonRow): ComparisonExportsType {
    return { json: `/comparisons/${id}.json`, csv: `/comparisons/${id}.csv`, html: `/comparisons/${id}.html` }
  }
}
