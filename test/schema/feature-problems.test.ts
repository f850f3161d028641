import sharp from 'sharp'
import { expect, test } from 'vitest'
import { base64, picture } from '../helpers/pictures.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const { library } = server

const query = `query ($dataset: ID!, $first: Int!, $similarity: Float!) {
  featureProblems(dataset: $dataset, first: $first, similarity: $similarity) {
    encoder { id }
    suspects { image { id } label { name } suggested { name } probability }
    nearDuplicates { image { id } other { id } split otherSplit similarity }
    cutPrompts { label { name } prompt }
  }
}`

test('wrong labels, the same picture in two splits, and prompts that are cut are told', async () => {
  const long = `a photo of stripes ${'and more stripes '.repeat(40)}at last.`
  const { id } = await library.datasets.create({
    name: 'Feature problems',
    classes: [{ name: 'stripes', prompts: ['red stripes', long] }, { name: 'disc' }],
  })
  const images = await Promise.all(
    Array.from({ length: 12 }, async (_, i) => ({
      image: { base64: await base64(picture(i < 6 ? 0 : 2, 50 + i)) },
      // One of each class is called the other.
      class: i < 6 === (i !== 2 && i !== 8) ? 'stripes' : 'disc',
      split: 'SUPPORT_POOL' as const,
    })),
  )
  const copy = await sharp(await picture(0, 50))
    .webp({ quality: 95 })
    .toBuffer()
  await library.datasets.addImages({
    dataset: id,
    images: [...images, { image: { base64: copy.toString('base64') }, class: 'stripes', split: 'TEST' }],
  })
  const { featureProblems: found } = await server.query<{
    featureProblems: {
      suspects: { label: { name: string }; suggested: { name: string }; probability: number }[]
      nearDuplicates: { split: string; otherSplit: string; similarity: number }[]
      cutPrompts: { label: { name: string }; prompt: string }[]
    }
  }>(query, { dataset: id, first: 2, similarity: 0.97 })
  expect(found.suspects.map(({ label, suggested }) => [label.name, suggested.name]).sort()).toEqual([
    ['disc', 'stripes'],
    ['stripes', 'disc'],
  ])
  expect(found.nearDuplicates[0]).toMatchObject({ split: 'TEST', otherSplit: 'SUPPORT_POOL' })
  expect(found.cutPrompts).toEqual([{ label: { name: 'stripes' }, prompt: long }])
})

test.each([
  [{ first: 0, similarity: 0.9 }, 'first'],
  [{ first: 5, similarity: 1.5 }, 'similarity'],
])('%j is refused', async (variables, argument) => {
  const [dataset] = (await library.datasets.page({ first: 1 })).nodes
  const { errors } = await server.ask(query, { dataset: dataset?.id, ...variables })
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'INVALID_VALUE', argument })
})
