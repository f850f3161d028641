// Writes client/generated.ts: a typed document for every operation in client/operations, checked against the
// schema. It runs before the compilation, so it needs tsx.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { codegen } from '@graphql-codegen/core'
import * as typedDocumentNode from '@graphql-codegen/typed-document-node'
import * as operations from '@graphql-codegen/typescript-operations'
import { parse, printSchema } from 'graphql'
import { createSchema } from '../src/schema/schema.ts'

const folder = new URL('../client/', import.meta.url)
const generated = await codegen({
  filename: 'generated.ts',
  schema: parse(printSchema(await createSchema())),
  documents: readdirSync(new URL('operations/', folder))
    .sort()
    .map((location) => ({
      location,
      document: parse(readFileSync(new URL(`operations/${location}`, folder), 'utf8')),
    })),
  config: {
    enumsAsTypes: true,
    useTypeImports: true,
    skipTypename: true,
    immutableTypes: true,
    defaultScalarType: 'unknown',
    scalars: {
      ID: 'string',
      DateTime: 'string',
      Shots: "number | 'ALL'",
      Upload: 'Blob',
      JSONObject: 'Record<string, unknown>',
    },
  },
  plugins: [{ operations: {} }, { typedDocumentNode: {} }],
  pluginMap: { operations, typedDocumentNode },
})
const note = '// Made by scripts/generate-client.mjs from the schema and operations/*.graphql.\n'
writeFileSync(fileURLToPath(new URL('generated.ts', folder)), note + generated)
