// Writes client/generated.ts: a typed document for every operation in client/operations, checked against the
// schema, and the codes of errors. It runs before the compilation, so it needs tsx.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { codegen } from '@graphql-codegen/core'
import * as typedDocumentNode from '@graphql-codegen/typed-document-node'
import * as operations from '@graphql-codegen/typescript-operations'
import { parse, printSchema } from 'graphql'
import { createSchema } from '../src/schema/schema.ts'
import { errorCodes } from './lib/error-codes.mjs'

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
const note =
  '// Made by scripts/generate-client.mjs from the schema, operations/*.graphql and the codes of src/errors.ts.\n'
const codes = errorCodes().flatMap((group) => group.codes.map((code) => `\n  | '${code}'`))
const codeType = `\n/** The codes of the service's errors. Later versions may have more. */\nexport type ServiceErrorCode =${codes.join('')}\n`
writeFileSync(fileURLToPath(new URL('generated.ts', folder)), note + generated + codeType)
