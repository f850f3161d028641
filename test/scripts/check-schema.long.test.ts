import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { root } from '../helpers/programs.js'

const script = (name: string) => pathToFileURL(`${root}scripts/lib/${name}.mjs`).href
const { lintSchema }: { lintSchema: (schema: string) => Promise<string[]> } = await import(
  script('lint-schema')
)
const { breakingChanges }: { breakingChanges: (released: string, current: string) => Promise<string[]> } =
  await import(script('breaking-changes'))

const released = `
"""Everything that can be read."""
type Query {
  """The datasets, newest first."""
  datasets(
    """The most entries, from 1."""
    first: Int = 20

    """Which datasets to return."""
    filter: DatasetFilterInput
  ): [Dataset!]!
}

"""Labelled images."""
type Dataset {
  """Never changes."""
  id: ID!

  """Unique among all datasets."""
  name: String @deprecated(reason: "Use \`title\`.")

  """What is done with it."""
  state: State!
}

"""Keeps a list to some datasets."""
input DatasetFilterInput {
  """Only datasets in this state."""
  state: State
}

"""What is done with a dataset."""
enum State {
  """Nothing."""
  IDLE

  """It is measured."""
  BUSY
}
`

const { conventionFaults }: { conventionFaults: (schema: string) => string[] } = await import(
  script('schema-conventions')
)

describe('the conventions of the schema', () => {
  const conventional = `
    type Query { things(first: Int, after: String, last: Int, before: String): ThingConnection! }
    type Mutation { makeThing(input: MakeThingInput!): MakeThingPayload! }
    interface Node { id: ID! }
    type Thing implements Node { id: ID! }
    type ThingConnection { nodes: [Thing!]! }
    input MakeThingInput { name: String! }
    type MakeThingPayload { thing: Thing!, warnings: [Warning!]! }
    type Warning { text: String! }`

  test('are kept by a schema that keeps them', () => {
    expect(conventionFaults(conventional)).toEqual([])
  })

  test.each([
    [
      'a mutation that returns the object',
      '): MakeThingPayload!',
      '): Thing!',
      'must return MakeThingPayload',
    ],
    ['a mutation of several arguments', 'input: MakeThingInput!', 'name: String!', 'must take one argument'],
    ['a payload without warnings', ', warnings: [Warning!]!', '', 'warnings: [Warning!]!'],
    ['a page that goes one way', ', last: Int, before: String', '', 'it must take last, before'],
    ['a list that is no page', 'ThingConnection! }', '[Thing!]! }', 'make it a connection'],
    ['a field in percent', 'name: String! }', '"""In percent.""" coverage: Float }', 'must be from 0 to 1'],
    ['an object with an id that is no node', ' implements Node', '', 'must implement Node'],
  ])('are broken by %s', (_, from, to, fault) => {
    expect(conventionFaults(conventional.replace(from, to)).join()).toContain(fault)
  })
})

describe('the lint of the schema', () => {
  test('finds nothing where all is described and well named', async () => {
    expect(await lintSchema(released)).toEqual([])
  })

  test.each([
    ['a type', '"""Labelled images."""'],
    ['a field', '"""Never changes."""'],
    ['an argument', '"""The most entries, from 1."""'],
    ['an input', '"""Keeps a list to some datasets."""'],
    ['an input field', '"""Only datasets in this state."""'],
    ['an enum', '"""What is done with a dataset."""'],
    ['an enum value', '"""It is measured."""'],
  ])('finds %s without a description', async (_, description) => {
    expect(await lintSchema(released.replace(description, ''))).toEqual([
      expect.stringContaining('Description is required'),
    ])
  })

  test.each([
    ['fields in camelCase', 'state: State!', 'current_state: State!'],
    ['types in PascalCase', 'enum State', 'enum state'],
    ['enum values in capitals', 'IDLE', 'idle'],
    ['inputs that end in Input', 'DatasetFilterInput', 'DatasetFilter'],
    ['reasons of deprecations', '@deprecated(reason: "Use `title`.")', '@deprecated'],
  ])('wants %s', async (_, good, bad) => {
    const faults = await lintSchema(
      released.replaceAll(good, bad).replaceAll(': State', bad === 'enum state' ? ': state' : ': State'),
    )
    expect(faults.join()).toMatch(/naming-convention|require-deprecation-reason/)
  })
})

describe('breaking changes', () => {
  test.each([
    ['a removed field', '"""What is done with it."""\n  state: State!', '', "Field 'state' was removed"],
    ['another type', 'id: ID!', 'id: Int!', "Field 'Dataset.id' changed type from 'ID!' to 'Int!'"],
    ['null where there was none', 'id: ID!', 'id: ID', "Field 'Dataset.id' changed type from 'ID!' to 'ID'"],
    ['a removed enum value', '"""Nothing."""\n  IDLE', '', "Enum value 'IDLE' was removed"],
    ['an argument that must be given', 'first: Int = 20', 'first: Int!', "'Query.datasets(first:)'|first"],
  ])('%s is one', async (_, before, after, message) => {
    const changes = await breakingChanges(released, released.replace(before, after))
    expect(changes.join()).toMatch(new RegExp(message.replaceAll(/[()]/g, '\\$&')))
  })

  test('what is added, and what was released as deprecated and goes, is none', async () => {
    const current = released
      .replace('"""Unique among all datasets."""\n  name: String @deprecated(reason: "Use `title`.")', '')
      .replace('id: ID!', 'id: ID!\n\n  """Unique."""\n  title: String!')
    expect(current).not.toContain('name:')
    expect(await breakingChanges(released, current)).toEqual([])
  })
})
