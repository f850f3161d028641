import { ObjectType as DecoratedType, type ObjectTypeOptions } from 'type-graphql'

/**
 * As TypeGraphQL's, with plain fields read off the row by graphql-js itself: TypeGraphQL's own way, made for middlewares,
 * which there are none of here, takes a promise for every field of every row.
 */
export const ObjectType = (name: string, options: ObjectTypeOptions = {}): ClassDecorator =>
  DecoratedType(name, { ...options, simpleResolvers: true })
