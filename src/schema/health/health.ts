import { Ctx, Field, Query, Resolver } from 'type-graphql'
import { version } from '../../version.js'
import type { Context } from '../context.js'
import { ObjectType } from '../object-type.js'

@ObjectType('Health')
export class HealthType {
  @Field(() => String)
  status: string

  @Field(() => String)
  version: string

  @Field(() => String, { description: '`sqlite` or `postgres`.' })
  database: string

  @Field(() => String, { description: 'The id of the default encoder.' })
  encoder: string
}

@Resolver()
export class HealthResolver {
  @Query(() => HealthType)
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
