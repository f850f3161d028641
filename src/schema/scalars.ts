import { GraphQLDateTime, GraphQLJSONObject } from 'graphql-scalars'
import GraphQLUpload from 'graphql-upload/GraphQLUpload.mjs'

export const DateTime = GraphQLDateTime
export const Json = GraphQLJSONObject
export const Upload = GraphQLUpload
