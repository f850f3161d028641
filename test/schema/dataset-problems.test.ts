import { expect, test } from 'vitest'
import { base64, picture } from '../helpers/pictures.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const { library } = server

interface Problem {
  readonly kind: string
  readonly text: string
  readonly classes: readonly { readonly name: string }[]
  readonly image: { readonly id: string } | null
}
const problemsOf = async (id: string) =>
  (
    await server.query<{ dataset: { problems: Problem[] } }>(
      'query ($id: ID!) { dataset(id: $id) { problems { kind text classes { name } image { id } } } }',
      { id },
    )
  ).dataset.problems

const image = async (variant: number, name: string) => ({
  image: { base64: await base64(picture(0, variant)) },
  class: name,
  split: 'TEST' as const,
})
const add = async (dataset: string, ...images: [number, string][]) =>
  library.datasets.addImages({
    dataset,
    images: await Promise.all(images.map(([variant, name]) => image(variant, name))),
  })

test('classes of no and of one image, and names that differ by case alone, are problems', async () => {
  const names = ['Owl', 'owl', 'wren', 'crow']
  const { id } = await library.datasets.create({
    name: 'With problems',
    classes: names.map((name) => ({ name })),
  })
  await add(id, [1, 'Owl'], [2, 'Owl'], [3, 'owl'], [4, 'owl'], [5, 'wren'])
  const problems = await problemsOf(id)
  expect(problems.map(({ kind, classes }) => [kind, classes.map(({ name }) => name)])).toEqual([
    ['CLASS_OF_ONE_IMAGE', ['wren']],
    ['CLASS_WITHOUT_IMAGES', ['crow']],
    ['SIMILAR_CLASS_NAMES', ['Owl', 'owl']],
  ])
  expect(problems[0]?.text).toBe('Class "wren" has one image.')
})

test('a class without an image in the support pool is a problem if others have some there', async () => {
  const { id } = await library.datasets.create({
    name: 'Without support',
    classes: ['owl', 'wren'].map((name) => ({ name })),
  })
  await add(id, [61, 'owl'], [62, 'owl'], [63, 'wren'], [64, 'wren'])
  // A dataset that is only tested on has no support pool at all.
  expect(await problemsOf(id)).toEqual([])
  await library.datasets.addImages({
    dataset: id,
    images: [{ ...(await image(65, 'owl')), split: 'SUPPORT_POOL' as const }],
  })
  expect(await problemsOf(id)).toEqual([
    {
      kind: 'CLASS_WITHOUT_IMAGES',
      text: 'Class "wren" has no images in the support pool.',
      classes: [{ name: 'wren' }],
      image: null,
    },
  ])
})

test('an image that came under two classes is a problem until it is given one, whatever the classes are called', async () => {
  const names = ['a', 'b', 'c']
  const { id } = await library.datasets.create({
    name: 'With conflicts',
    classes: names.map((name) => ({ name })),
  })
  await add(
    id,
    ...names.flatMap((name, i): [number, string][] => [
      [10 + i, name],
      [20 + i, name],
    ]),
  )
  expect(await problemsOf(id)).toEqual([])
  await add(id, [10, 'b'])
  await add(id, [10, 'b'], [11, 'c'], [11, 'b'])
  const images = await library.store.datasets.images(id)
  const conflict = (at: number, has: string, other: string) => ({
    kind: 'LABEL_CONFLICT',
    text: `The same image came as "${has}" and as "${other}". The dataset has it as "${has}".`,
    classes: [{ name: has }, { name: other }],
    image: { id: images[at]?.imageId },
  })
  expect(await problemsOf(id)).toEqual([conflict(0, 'a', 'b'), conflict(2, 'b', 'c')])

  await library.curation.renameClass({ dataset: id, class: 'c', name: 'd' })
  await library.curation.renameClass({ dataset: id, class: 'b', name: 'e' })
  expect(await problemsOf(id)).toEqual([conflict(0, 'a', 'e'), conflict(2, 'e', 'd')])
  await library.curation.moveImages({ dataset: id, images: [images[0]?.imageId ?? ''], class: 'a' })
  expect(await problemsOf(id)).toEqual([conflict(2, 'e', 'd')])
  await library.curation.mergeClasses({ dataset: id, class: 'e', into: 'd' })
  expect(await problemsOf(id)).toEqual([])

  await add(id, [11, 'a'])
  expect(await problemsOf(id)).toEqual([conflict(2, 'd', 'a')])
  await library.deletions.class({ dataset: id, class: 'd' })
  expect(await problemsOf(id)).toEqual([])
  await add(id, [11, 'a'])
  expect(await problemsOf(id)).toEqual([])
  await library.deletions.dataset(id)
})

test('of very many problems of a kind the first are listed, and then how many more there are', async () => {
  const classes = Array.from({ length: 1200 }, (_, i) => ({ name: `nothing ${i}` }))
  const { id } = await library.datasets.create({ name: 'Without images', classes })
  const problems = await problemsOf(id)
  expect(problems.length).toBe(1001)
  expect(problems.at(-2)?.classes).toEqual([{ name: 'nothing 999' }])
  expect(problems.at(-1)).toMatchObject({
    kind: 'CLASS_WITHOUT_IMAGES',
    text: '200 more like the one before.',
    classes: [],
  })
})
