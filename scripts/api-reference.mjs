// Writes docs/api/*.md, and the index and the error codes in docs/api.md, from dist/schema.graphql, schema/examples.* and
// src/errors.ts.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { apiReference } from './lib/api-reference.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const docs = join(root, 'docs')
const schema = readFileSync(join(root, 'dist', 'schema.graphql'), 'utf8')
const pages = apiReference(schema, readFileSync(join(docs, 'api.md'), 'utf8'))

mkdirSync(join(docs, 'api'), { recursive: true })
for (const name of readdirSync(join(docs, 'api'))) {
  if (name.endsWith('.md') && !pages.has(`api/${name}`)) rmSync(join(docs, 'api', name))
}
for (const [path, text] of pages) {
  const file = join(docs, path)
  if (readFileSync(file, { encoding: 'utf8', flag: 'a+' }) !== text) writeFileSync(file, text)
}
