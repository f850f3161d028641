import { Ctx, Field, FieldResolver, Resolver, Root } from 'type-graphql'
import type { ComparisonRow } from '../../library/index.js'
import { absoluteIfKnown, addressOf } from '../address.js'
import type { Context } from '../context.js'
import { ObjectType } from '../object-type.js'
import { ComparisonType } from './comparison.type.js'

@ObjectType('ComparisonExports', {
  description: `The addresses of the files with everything needed to repeat a comparison. ${absoluteIfKnown}`,
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
  exports(@Root() { id }: ComparisonRow, @Ctx() context: Context): ComparisonExportsType {
    const address = (ending: string) => addressOf(`/comparisons/${id}.${ending}`, context)
    return { json: address('json'), csv: address('csv'), html: address('html') }
  }
}
