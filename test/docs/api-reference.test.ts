import { readdir, readFile } from 'node:fs/promises'
import { buildSchema, parse, validate } from 'graphql'
import { expect, test } from 'vitest'
import { apiReference, placeholdersIn, readExamples } from '../helpers/examples.js'
import { root } from '../helpers/programs.js'
import { sharedServer } from '../helpers/server.js'

// The build wrote docs/api from this file.
const schema = await readFile(`${root}dist/schema.graphql`, 'utf8')
const built = buildSchema(schema)
const read = (path: string) => readFile(`${root}docs/${path}`, 'utf8')
const examples = [...readExamples()]

test('docs/api says what the schema says', async () => {
  const pages = apiReference(schema, await read('api.md'))
  for (const [path, text] of pages) expect(await read(path), path).toBe(text)
  const found = (await readdir(`${root}docs/api`)).map((name) => `api/${name}`)
  expect(['api.md', ...found].sort()).toEqual([...pages.keys()].sort())
})

test('every operation has an example, and a page of its area', async () => {
  const roots = { query: built.getQueryType(), mutation: built.getMutationType() }
  const operations = Object.entries({ ...roots, subscription: built.getSubscriptionType() }).flatMap(
    ([kind, type]) => Object.keys(type?.getFields() ?? {}).map((field) => `${kind} ${field}`),
  )
  expect(examples.map(([operation]) => operation).sort()).toEqual(operations.sort())
  expect([...apiReference(schema, await read('api.md')).keys()]).not.toContain('api/more.md')
})

test.each(examples)('the example of %s fits the schema', (_, { document }) => {
  expect(validate(built, parse(document))).toEqual([])
})

// The others need the hub, or what examples before them have made: api-examples.long.test.ts.
const needsMore = ['query classifier', 'query hubImportPreview']
const free = examples.filter(
  ([operation, example]) =>
    operation.startsWith('query ') && !needsMore.includes(operation) && placeholdersIn(example).length === 0,
)

test.each(free)('the example of %s runs', async (_, { document, variables }) => {
  const { query } = await sharedServer()
  await query(document, variables)
})
