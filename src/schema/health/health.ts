import { Ctx, Field, Query, Resolver } from 'type-graphql'
import { version } from '../../version.js'
import type { Context } from '../context.js'
import { DatabaseKind } from '../enums.js'
import { ObjectType } from '../object-type.js'

@ObjectType('Health', { description: 'The state of the service. It answers only if the database does.' })
export class HealthType {
  @Field(() => String, { description: '`ok`. A service that is not well answers with an error.' })
  status: string

  @Field(() => String, { description: 'The version of Shotboard, such as 1.2.3.' })
  version: string

  @Field(() => DatabaseKind, { description: 'What keeps the rows.' })
  database: string

  @Field(() => String, { description: 'The id of the default encoder.' })
  encoder: string
}

@Resolver()
export class HealthResolver {
  @Query(() => HealthType, { description: 'Whether the service works.' })
  async health(@Ctx() { library }: Context): Promise<HealthType> {
    await library.checks.database()
    return {
      status: 'ok',
      version,
      database: library.databaseKind,
      encoder: library.encoders.default.id,
    }
  }
}
