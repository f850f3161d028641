import { ObjectType as DecoratedType, type ObjectTypeOptions } from 'type-graphql'

/**
 * Like TypeGraphQL's decorator, but graphql-js reads plain fields. TypeGraphQL would create a promise per field and
 * row, for middlewares, which we do not use.
 */
export const ObjectType = (name: string, options: ObjectTypeOptions = {}): ClassDecorator =>
  DecoratedType(name, { ...options, simpleResolvers: true })
