import { GraphQLScalarType, Kind } from 'graphql'
import { GraphQLDateTime, GraphQLJSONObject } from 'graphql-scalars'
import { UploadScalar } from './upload.js'

export const DateTime = GraphQLDateTime
export const Json = GraphQLJSONObject
export const Upload = UploadScalar

/** A number of images per class, or all of them. */
export const Shots = new GraphQLScalarType<number | 'ALL'>({
  name: 'Shots',
  description: 'Images per class: a whole number from 1, or ALL for every image.',
  parseValue: shotsOf,
  serialize: shotsOf,
  parseLiteral(literal) {
    if (literal.kind === Kind.INT) return shotsOf(Number(literal.value))
    if (literal.kind === Kind.ENUM || literal.kind === Kind.STRING) return shotsOf(literal.value)
    throw new TypeError('Shots must be a whole number, or ALL.')
  },
})

function shotsOf(value: unknown): number | 'ALL' {
  if (value === 'ALL') return value
  if (typeof value === 'number' && Number.isInteger(value)) return value
  throw new TypeError('Shots must be a whole number, or ALL.')
}
