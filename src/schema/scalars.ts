import { GraphQLDateTime, GraphQLJSONObject } from 'graphql-scalars'
import { UploadScalar } from './upload.js'

export const DateTime = GraphQLDateTime
export const Json = GraphQLJSONObject
export const Upload = UploadScalar
