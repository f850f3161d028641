import { readFile } from 'node:fs/promises'
import { buildSchema, findBreakingChanges, printSchema } from 'graphql'
import { expect, test } from 'vitest'
import { createSchema } from '../../src/schema/schema.js'

test('everything in the API contract is there, under its name and type', async () => {
  const contract = buildSchema(await readFile(new URL('../core.graphql', import.meta.url), 'utf8'))
  const schema = buildSchema(printSchema(await createSchema()))
  const changes = findBreakingChanges(contract, schema).map(({ description }) => description)
  expect(changes).toEqual([])
})
