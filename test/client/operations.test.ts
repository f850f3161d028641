import { readdir, readFile } from 'node:fs/promises'
import { Kind, parse } from 'graphql'
import { expect, test } from 'vitest'
import { createSchema } from '../../src/schema/schema.js'

const folder = new URL('../../client/operations/', import.meta.url)

test('the client has a typed document for every query, mutation and subscription', async () => {
  const files = await Promise.all(
    (await readdir(folder)).map((name) => readFile(new URL(name, folder), 'utf8')),
  )
  const asked = new Set(
    files
      .flatMap((text) => parse(text).definitions)
      .flatMap((definition) =>
        definition.kind === Kind.OPERATION_DEFINITION
          ? definition.selectionSet.selections.map((selection) =>
              selection.kind === Kind.FIELD ? `${definition.operation} ${selection.name.value}` : '',
            )
          : [],
      ),
  )
  const schema = await createSchema()
  const roots = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  }
  const all = Object.entries(roots).flatMap(([kind, type]) =>
    Object.keys(type?.getFields() ?? {}).map((field) => `${kind} ${field}`),
  )
  expect([...asked].sort()).toEqual(all.sort())
})
