// Writes dist/schema.graphql, and web/src/api/generated.ts: the type and the document of every operation in
// web/src/**/*.graphql, checked against the schema. Documents are texts, which are much shorter than their trees; the page's client
// reads them when it first sends them.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { codegen } from '@graphql-codegen/core'
import * as operations from '@graphql-codegen/typescript-operations'
import { Kind, parse, print, printSchema, stripIgnoredCharacters, visit } from 'graphql'
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
  plugins: [{ operations: {} }],
  pluginMap: { operations },
})
const note =
  '// Made by scripts/generate-operations.mjs from the schema and the .graphql files: edit those.\n'
const types = `import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
const typed = <Data, Variables>(text: string) => text as unknown as TypedDocumentNode<Data, Variables>
`
const definitions = documents.flatMap(({ document }) => document.definitions)
const fragments = new Map(
  definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each]] : [])),
)

/** A definition and the fragments that it uses, each once. */
function withFragments(definition, found = new Set()) {
  found.add(definition)
  visit(definition, {
    FragmentSpread({ name }) {
      const fragment = fragments.get(name.value)
      if (fragment && !found.has(fragment)) withFragments(fragment, found)
    },
  })
  return [...found]
}

const kinds = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' }
const texts = definitions
  .filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
  .map((definition) => {
    const name = definition.name.value
    const type = name + kinds[definition.operation]
    const text = stripIgnoredCharacters(withFragments(definition).map(print).join('\n'))
    return `export const ${name}Document = typed<${type}, ${type}Variables>(${JSON.stringify(text)})\n`
  })
writeFileSync(
  join(root, 'web', 'src', 'api', 'generated.ts'),
  note + types + generated + '\n' + texts.join(''),
)
