import { expect, test } from 'vitest'
import { sharedServer } from '../../helpers/server.js'

const server = await sharedServer()

const classesOf = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ name: `class ${i}`, prompts: [`a class ${i}`] }))

interface Answer {
  readonly data: {
    readonly createDataset: { readonly dataset: { readonly classes: unknown } }
  }
  readonly errors: readonly { readonly message: string; readonly extensions: unknown }[]
}

const post = async (query: string, variables: unknown) => {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  return { status: response.status, ...((await response.json()) as Answer) }
}

const whole =
  'mutation ($input: CreateDatasetInput!) { createDataset(input: $input) { dataset { id classes(last: 1) { totalCount nodes { name prompts } } } } }'
const within =
  'mutation ($classes: [ClassInput!]!) { createDataset(input: { name: "within", classes: $classes }) { dataset { id classes(last: 1) { totalCount nodes { name prompts } } } } }'

test.each([
  ['in an input', whole, (classes: unknown) => ({ input: { name: 'whole', classes } })],
  ['as a variable of its own', within, (classes: unknown) => ({ classes })],
])('a list of thousands of classes %s is taken as it is', async (_, query, variables) => {
  const { data } = await post(query, variables(classesOf(5000)))
  expect(data.createDataset.dataset.classes).toEqual({
    totalCount: 5000,
    nodes: [{ name: 'class 4999', prompts: ['a class 4999'] }],
  })
})

test('a wrong entry of a long list is refused by its place', async () => {
  const classes: unknown[] = classesOf(5000)
  classes[4321] = { name: 7, prompts: [] }
  const answer = await post(whole, { input: { name: 'wrong', classes } })
  expect(answer.status).toBe(400)
  expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
  expect(answer.errors[0]?.message).toContain('"input.classes[4321].name"')
})

test('the entries of long lists, and those within them, count as the cost of a query', async () => {
  const one = { name: 'dear', classes: classesOf(50_001) }
  const { errors } = await post(whole, { input: one })
  expect(errors).toMatchObject([{ extensions: { code: 'QUERY_TOO_COSTLY' } }])
})

test('long lists of ids, and several of them in one operation, reach their fields in full', async () => {
  const ids = Array.from({ length: 3000 }, (_, i) => `no id ${i}`)
  const { errors } = await post(
    'query ($a: [ID!]!, $b: [ID!]!) { one: nodes(ids: $b) { id } two: nodes(ids: $a) { id } }',
    {
      a: ids,
      b: ids.slice(0, 2500),
    },
  )
  expect(errors[0]).toMatchObject({ extensions: { code: 'PAGE_TOO_LARGE' } })
  expect(errors[0]?.message).toContain('2500')
})

test('an object with thousands of fields that it does not have is refused at once, with one mistake', async () => {
  const unknown = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`nam${i}`, i]))
  const answer = await post(whole, { input: { name: 'unknown', classes: [], ...unknown } })
  expect(answer.status).toBe(400)
  expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
})
