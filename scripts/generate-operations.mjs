// Writes dist/schema.graphql, and web/src/api/generated.ts: the type and the document of every operation in
// web/src/**/*.graphql, checked against the schema.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { codegen } from '@graphql-codegen/core'
import * as typedDocumentNode from '@graphql-codegen/typed-document-node'
import * as operations from '@graphql-codegen/typescript-operations'
import { parse, printSchema } from 'graphql'
import { createSchema } from '../dist/schema/schema.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const schema = printSchema(await createSchema())
writeFileSync(join(root, 'dist', 'schema.graphql'), schema)

const files = readdirSync(join(root, 'web', 'src'), { recursive: true, encoding: 'utf8' })
const documents = files
  .filter((file) => file.endsWith('.graphql'))
  .sort()
  .map((location) => ({
    location,
    document: parse(readFileSync(join(root, 'web', 'src', location), 'utf8')),
  }))

const generated = await codegen({
  filename: 'generated.ts',
  schema: parse(schema),
  documents,
  config: {
    enumsAsTypes: true,
    useTypeImports: true,
    skipTypename: true,
    immutableTypes: true,
    defaultScalarType: 'unknown',
    scalars: {
      DateTime: 'string',
      Shots: "number | 'ALL'",
      Upload: 'File',
      JSONObject: 'Record<string, unknown>',
    },
    avoidOptionals: { field: true },
  },
  plugins: [{ operations: {} }, { typedDocumentNode: {} }],
  pluginMap: { operations, typedDocumentNode },
})
const note =
  '// Made by scripts/generate-operations.mjs from the schema and the .graphql files: edit those.\n'
writeFileSync(join(root, 'web', 'src', 'api', 'generated.ts'), note + generated)
