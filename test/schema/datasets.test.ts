import sharp from 'sharp'
import { expect, test } from 'vitest'
import { imageIdOf } from '../../src/store/image-files.js'
import { makeDataset } from '../helpers/datasets.js'
import { base64, classNames, picture } from '../helpers/pictures.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()

interface Dataset {
  readonly id: string
  readonly name: string
  readonly classes: readonly { index: number; name: string; prompts: readonly string[] }[]
  readonly counts: readonly { split: string; images: number }[]
  readonly createdAt: string
}
const datasetFields = 'id name classes { nodes { index name prompts } } counts { split images } createdAt'

const createDataset = async (name: string): Promise<Dataset> => {
  const document = `mutation ($input: CreateDatasetInput!) { createDataset(input: $input) { dataset { ${datasetFields} } } }`
  const input = { name, classes: classNames.map((each) => ({ name: each })) }
  return (await server.read<{ createDataset: { dataset: Dataset } }>(document, { input })).createDataset
    .dataset
}

interface Added {
  readonly dataset: Dataset
  readonly added: number
  readonly duplicates: number
  readonly rejected: readonly { position: number; code: string; reason: string }[]
}
const addImagesDocument = `mutation ($input: AddImagesInput!) {
  addImages(input: $input) { dataset { ${datasetFields} } added duplicates rejected { position code reason } }
}`
const addImages = async (dataset: string, images: readonly object[]): Promise<Added> =>
  (await server.read<{ addImages: Added }>(addImagesDocument, { input: { dataset, images } })).addImages

const labelled = (image: object, classIndex = 0, split = 'SUPPORT_POOL') => ({
  image,
  class: classNames[classIndex],
  split,
})

test('a dataset is created with its classes and their prompts, and found again', async () => {
  const {
    createDataset: { dataset: created },
  } = await server.read<{ createDataset: { dataset: Dataset } }>(
    `mutation { createDataset(input: { name: " Birds ", classes: [
      { name: " wren " }, { name: "owl", prompts: ["an owl.", "a night bird."] }
    ] }) { dataset { ${datasetFields} } } }`,
  )
  expect(created).toMatchObject({
    name: 'Birds',
    classes: [
      { index: 0, name: 'wren', prompts: ['a photo of a wren.'] },
      { index: 1, name: 'owl', prompts: ['an owl.', 'a night bird.'] },
    ],
    counts: [],
  })
  const { dataset } = await server.read<{ dataset: Dataset }>(
    `query ($id: ID!) { dataset(id: $id) { ${datasetFields} } }`,
    { id: created.id },
  )
  expect(dataset).toEqual(created)
  expect(Date.parse(created.createdAt)).toBeLessThanOrEqual(Date.now())
})

test('of two datasets of one name created at once, one is refused', async () => {
  const create = () =>
    server.ask(
      'mutation { createDataset(input: { name: "Twins", classes: [{ name: "a" }] }) { dataset { id } } }',
    )
  const answers = await Promise.all([create(), create(), create()])
  const codes = answers.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions.code))
  expect(codes).toEqual(['DATASET_EXISTS', 'DATASET_EXISTS'])
})

test('images are added by base64, data URL, id and upload, and counted by split', async () => {
  const { id } = await createDataset('Every way')
  const plain = await base64(picture(0, 1))
  const first = await addImages(id, [
    labelled({ base64: plain }),
    labelled({ base64: `data:image/png;base64,${await base64(picture(1, 1))}` }, 1, 'VALIDATION'),
    labelled({ base64: (await base64(picture(1, 2))).replace(/(.{76})/g, '$1\r\n') }, 1, 'TEST'),
  ])
  expect(first).toMatchObject({ added: 3, duplicates: 0, rejected: [] })

  const other = await createDataset('By id')
  const stored = imageIdOf(Buffer.from(plain, 'base64'))
  expect(await addImages(other.id, [labelled({ id: stored }, 2, 'TEST')])).toMatchObject({
    added: 1,
    dataset: { counts: [{ split: 'TEST', images: 1 }] },
  })

  const images = [labelled({ upload: null }, 2), labelled({ base64: plain }), labelled({ upload: null }, 2)]
  const { data, errors } = await server.upload<{ addImages: Added }>(
    addImagesDocument,
    { input: { dataset: id, images } },
    {
      'input.images.0.image.upload': await picture(2, 1),
      'input.images.2.image.upload': await picture(2, 2),
    },
  )
  expect(errors).toBeUndefined()
  expect(data?.addImages).toMatchObject({ added: 2, duplicates: 1, rejected: [] })
  const counts = new Map(data?.addImages.dataset.counts.map(({ split, images }) => [split, images]))
  expect(Object.fromEntries(counts)).toEqual({ SUPPORT_POOL: 3, VALIDATION: 1, TEST: 1 })
})

test('an image counts once, given twice in one request, in two at once or after one another', async () => {
  const { id } = await createDataset('Duplicates')
  const same = { base64: await base64(picture(0, 50)) }
  const other = { base64: await base64(picture(0, 51)) }
  expect(await addImages(id, [labelled(same), labelled(same, 1, 'TEST'), labelled(other)])).toMatchObject({
    added: 2,
    duplicates: 1,
    // The first one counts.
    dataset: { counts: [{ split: 'SUPPORT_POOL', images: 2 }] },
  })
  expect(await addImages(id, [labelled(other, 2)])).toMatchObject({ added: 0, duplicates: 1 })

  const fresh = labelled({ base64: await base64(picture(0, 52)) })
  const results = await Promise.all([addImages(id, [fresh]), addImages(id, [fresh]), addImages(id, [fresh])])
  expect(results.map(({ added }) => added).sort()).toEqual([0, 0, 1])
})

test('one broken image among many is told by its position, and the others are added', async () => {
  const { id } = await createDataset('Some broken')
  const good = await picture(1, 70)
  const jpeg = await sharp(await picture(1, 71))
    .jpeg()
    .toBuffer()
  const before = await server.counts()
  const { added, rejected } = await addImages(id, [
    labelled({ base64: good.toString('base64') }),
    labelled({ base64: 'not base64!' }),
    labelled({ base64: good.subarray(0, good.length / 2).toString('base64') }),
    labelled({ base64: jpeg.subarray(0, jpeg.length - 200).toString('base64') }),
    labelled({ base64: '' }),
    labelled({ base64: Buffer.from('hello').toString('base64') }),
    labelled({ id: 'f'.repeat(64) }),
    labelled({ base64: jpeg.toString('base64') }),
  ])
  expect(added).toBe(2)
  expect(rejected.map(({ position, code }) => [position, code])).toEqual([
    [1, 'INVALID_BASE64'],
    [2, 'INVALID_IMAGE'],
    [3, 'INVALID_IMAGE'],
    [4, 'INVALID_IMAGE'],
    [5, 'INVALID_IMAGE'],
    [6, 'UNKNOWN_IMAGE'],
  ])
  expect(rejected[3]?.reason).toContain('no bytes')
  const after = await server.counts()
  expect(after).toEqual({
    ...before,
    images: Number(before.images) + 2,
    datasetImages: Number(before.datasetImages) + 2,
    imageFiles: Number(before.imageFiles) + 2,
  })
})

test('a file that the request names and does not hold is told by its position', async () => {
  const { id } = await createDataset('Missing upload')
  const images = [labelled({ upload: null }), labelled({ base64: await base64(picture(2, 80)) })]
  const form = new FormData()
  form.set(
    'operations',
    JSON.stringify({ query: addImagesDocument, variables: { input: { dataset: id, images } } }),
  )
  form.set('map', '{"file":["variables.input.images.0.image.upload"]}')
  const { data } = await server.send<{ addImages: Added }>({
    headers: { 'apollo-require-preflight': 'true' },
    body: form,
  })
  expect(data?.addImages).toMatchObject({ added: 1, rejected: [{ position: 0, code: 'INVALID_IMAGE' }] })
})

test('an image is served at its url as what it is, and as nothing else', async () => {
  const jpeg = await sharp(await picture(2, 90))
    .jpeg()
    .toBuffer()
  const { id } = await createDataset('Served')
  await addImages(id, [labelled({ base64: jpeg.toString('base64') })])
  const image = await fetch(`${server.url}/images/${imageIdOf(jpeg)}`)
  expect(image.status).toBe(200)
  expect(image.headers.get('content-type')).toBe('image/jpeg')
  expect(image.headers.get('x-content-type-options')).toBe('nosniff')
  expect(Buffer.from(await image.arrayBuffer())).toEqual(jpeg)

  const etag = image.headers.get('etag') ?? ''
  const again = await fetch(image.url, { headers: { 'if-none-match': etag, 'cache-control': 'max-age=0' } })
  expect(again.status).toBe(304)

  for (const unknown of ['f'.repeat(64), '..%2f..%2fshotboard.db', 'a%00b']) {
    const answer = await fetch(`${server.url}/images/${unknown}`)
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'UNKNOWN_IMAGE' } }] })
  }
})

test('health names the database and the encoder', async () => {
  const { health } = await server.read<{ health: object }>('{ health { status version database encoder } }')
  expect(health).toEqual({
    status: 'ok',
    version: expect.any(String),
    database: 'SQLITE',
    encoder: 'mini-clip',
  })
})

test('a dataset can be made larger than one statement of its database', async () => {
  const { id } = await makeDataset(server.library, 'Large', {})
  const images = Array.from({ length: 1100 }, (_, i) => ({
    imageId: imageIdOf(Buffer.from(`large ${i}`)),
    classIndex: i % 3,
    split: 'TEST' as const,
    width: 1,
    height: 1,
    format: 'png',
    bytes: 1,
  }))
  expect(await server.library.store.datasets.addImages(id, images)).toBe(1100)
  const counts = await server.query(`query ($id: ID!) { dataset(id: $id) { counts { images } } }`, { id })
  expect(counts).toEqual({ dataset: { counts: [{ images: 1100 }] } })
})
