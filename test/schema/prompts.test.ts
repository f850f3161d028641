import { expect, test } from 'vitest'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const { library } = server

const newDataset = async (name: string) =>
  (await library.datasets.create({ name, classes: [{ name: 'tree_frog' }, { name: 'Owl' }] })).id

const setAll = ({ dataset, ...prompts }: { readonly dataset: string; [source: string]: unknown }) =>
  server.ask(
    'mutation ($input: SetAllPromptsInput!) { setAllPrompts(input: $input) { dataset { id } warnings { code text } } }',
    {
      input: { dataset, prompts },
    },
  )

const promptsOf = async (id: string) => (await library.datasets.classes(id)).map(({ prompts }) => prompts)

test('sets of templates are there by name, with as many as were published', async () => {
  const { promptTemplateSets } = await server.query<{
    promptTemplateSets: { name: string; templates: string[] }[]
  }>('{ promptTemplateSets { name templates } }')
  const sets = new Map(promptTemplateSets.map(({ name, templates }) => [name, templates]))
  const all = sets.get('openai-imagenet-80') ?? []
  expect(new Set(all).size).toBe(80)
  expect(all).toEqual(expect.arrayContaining(sets.get('openai-imagenet-7') ?? []))
  expect(sets.get('openai-imagenet-7')).toHaveLength(7)
  expect(promptTemplateSets.flatMap(({ templates }) => templates).every((each) => each.includes('{}'))).toBe(
    true,
  )
})

test('prompts of all classes come from a set, from own templates, or from a file of sentences', async () => {
  const dataset = await newDataset('Prompted')
  await setAll({ dataset, set: 'coop-oxford-pets' })
  expect(await promptsOf(dataset)).toEqual([
    ['a photo of a tree_frog, a type of pet.'],
    ['a photo of a Owl, a type of pet.'],
  ])
  await setAll({ dataset, templates: ['a {}.', '{} on a {}'] })
  expect((await promptsOf(dataset))[1]).toEqual(['a Owl.', 'Owl on a Owl'])
  const file = JSON.stringify({
    'Tree frog': ['It is green.', 'It climbs.'],
    owl: ['It sees at night.'],
    cat: ['No.'],
  })
  expect((await setAll({ dataset, file })).errors).toBeUndefined()
  expect(await promptsOf(dataset)).toEqual([['It is green.', 'It climbs.'], ['It sees at night.']])
})

test('sentences of names that no class has are told, and a second spelling of a name is one', async () => {
  const dataset = await newDataset('Too many sentences')
  const file = JSON.stringify({
    tree_frog: ['It is green.'],
    'Tree frog': ['No.'],
    owl: ['It flies.'],
    cat: ['No.'],
  })
  const { data } = (await setAll({ dataset, file })) as {
    data: { setAllPrompts: { warnings: { code: string; text: string }[] } }
  }
  const [warning, ...others] = data.setAllPrompts.warnings
  expect(warning).toEqual({
    code: 'UNUSED_PROMPTS',
    text: 'The file of prompts also has sentences of Tree frog, cat, which are no classes of the dataset. They are not used.',
  })
  expect(others.map(({ code }) => code)).not.toContain('UNUSED_PROMPTS')
})

test('a name with dollar signs stands in prompts as it is', async () => {
  const names = ['A$$AP', '$& and $1']
  const { id } = await library.datasets.create({
    name: 'Dollars',
    classes: names.map((name) => ({ name })),
  })
  await setAll({ dataset: id, templates: ['a {}.'] })
  expect(await promptsOf(id)).toEqual([['a A$$AP.'], ['a $& and $1.']])
})

test('of names in a file that differ by case alone, each class takes its own', async () => {
  const { id } = await library.datasets.create({
    name: 'By case',
    classes: ['Owl', 'owl'].map((name) => ({ name })),
  })
  await setAll({ dataset: id, file: '{"Owl": ["large"], "owl": ["small"]}' })
  expect(await promptsOf(id)).toEqual([['large'], ['small']])
})

test.each([
  [{ set: 'openai' }, 'input.prompts.set'],
  [{ templates: ['a {}.', 'a photo'] }, 'input.prompts.templates[1]'],
  [{ file: '{"owl": []}' }, 'input.prompts.file'],
  [{ file: '{"owl": ["x"]}' }, 'input.prompts.file'],
  [{ file: 'owl' }, 'input.prompts.file'],
])('%j is refused, and the prompts stay', async (given, argument) => {
  const dataset = await newDataset(`Refused ${JSON.stringify(given)}`)
  const before = await promptsOf(dataset)
  const { errors } = await setAll({ dataset, ...given })
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_VALUE', argument })
  expect(await promptsOf(dataset)).toEqual(before)
})

test.each([
  [{}],
  [{ set: 'openai-imagenet-7', templates: null }],
  [{ set: 'openai-imagenet-7', templates: ['a {}.'] }],
  [{ set: 'openai-imagenet-7', file: '{}' }],
])('%j is not exactly one source, which the schema refuses', async (given) => {
  const dataset = await newDataset(`Not one ${JSON.stringify(given)}`)
  const { errors } = await setAll({ dataset, ...given })
  expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
  expect(errors?.[0]?.message).toContain('input.prompts')
})
