import { GraphQLDateTime } from 'graphql-scalars'
import GraphQLUpload from 'graphql-upload/GraphQLUpload.mjs'

export const DateTime = GraphQLDateTime
export const Upload = GraphQLUpload
