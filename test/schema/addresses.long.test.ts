import { expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { startTestServer } from '../helpers/server.js'

const publicUrl = 'https://shotboard.test'
const document = `query ($id: ID!, $set: ID!) {
  dataset(id: $id) { manifest images(first: 1) { nodes { image { id url thumbnail(size: 64) } } } map { thumbnail(size: 64) } }
  supportSet(id: $set) { id file }
}`

/** Every address of a dataset, an image and a support set, and the paths that they have on the service. */
async function addresses(environment: Record<string, string>) {
  const server = await startTestServer(environment)
  const { id } = await makeDataset(server.library, 'With addresses')
  const set = await server.library.supportSets.create({ dataset: id, shots: 1, seed: 1, augmentations: 1 })
  const { dataset, supportSet } = await server.query<{
    dataset: {
      manifest: string
      images: { nodes: { image: Record<'id' | 'url' | 'thumbnail', string> }[] }
      map: { thumbnail: string }
    }
    supportSet: { file: string }
  }>(document, { id, set: set.id })
  const image = dataset.images.nodes[0]?.image ?? expect.fail()
  const paths = [`/datasets/${id}.json`, `/images/${image.id}`, `/images/${image.id}?size=64`]
  return {
    server,
    told: [dataset.manifest, image.url, image.thumbnail, dataset.map.thumbnail, supportSet.file],
    paths: [...paths, '/images/{id}?size=64', `/support-sets/${set.id}.safetensors`],
  }
}

test('addresses are absolute where the service knows what it is reached by', async () => {
  const { told, paths } = await addresses({ SHOTBOARD_PUBLIC_URL: publicUrl })
  expect(told).toEqual(paths.map((path) => publicUrl + path))
})

test('otherwise they are paths on the service, whatever host a request names', async () => {
  const { told, paths, server } = await addresses({})
  expect(told).toEqual(paths)
  expect((await fetch(server.url + told[1])).status).toBe(200)
})

test.each([
  'shotboard.test',
  'https://shotboard.test/',
  'https://shotboard.test/below',
  'ftp://shotboard.test',
])('what is no origin is refused: %s', async (value) => {
  await expect(startTestServer({ SHOTBOARD_PUBLIC_URL: value })).rejects.toMatchObject({
    code: 'INVALID_SETTINGS',
    message: expect.stringContaining('SHOTBOARD_PUBLIC_URL'),
  })
})
