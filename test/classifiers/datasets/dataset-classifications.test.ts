import { parse } from 'csv-parse/sync'
import { parquetReadObjects } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import { createDatasetClassifications } from '../../../src/classifiers/datasets/dataset-classifications.js'
import { createEmbeddedQueue } from '../../../src/jobs/embedded-queue.js'
import { openAllowedBucket } from '../../../src/store/objects/allowed-buckets.js'
import { createFolderObjects } from '../../../src/store/objects/folder-objects.js'
import type { ObjectStore } from '../../../src/store/objects/object-store.js'
import { makeDataset } from '../../helpers/datasets.js'
import { temporaryFolder } from '../../helpers/folder.js'
import { base64, classNames, picture } from '../../helpers/pictures.js'
import { startTestServer } from '../../helpers/server.js'
import { startSmallS3 } from '../../helpers/small-s3.js'

const server = await startTestServer()
const { library } = server
const { id: dataset } = await makeDataset(library, 'To classify', { SUPPORT_POOL: 3, TEST: 4 })
const supportSet = await library.supportSets.create({ dataset, shots: 2, seed: 1, augmentations: 1 })
await library.classifiers.create({ name: 'shapes', supportSet: supportSet.id, method: 'prototype' })

/** What the test of buckets may read. */
const s3 = await startSmallS3()
const allowed = { addresses: [`s3://photos/in?endpoint=${s3.url}`], credentials: s3.credentials }

/** Parts of four images, in a folder of their own. */
async function openParts(change: (objects: ObjectStore) => ObjectStore = (objects) => objects) {
  const objects = createFolderObjects(await temporaryFolder())
  const queue = createEmbeddedQueue(() => {})
  const classifications = createDatasetClassifications({
    ...{ store: library.store, changes: library.changes, encodedData: library.encodedData },
    ...{ objects: change(objects), queue, concurrency: 1, imagesPerPart: 4, onFault: () => {} },
    loadClassifier: library.classifiers.load,
    classifierId: async (classifier) => (await library.classifiers.get(classifier)).id,
    openBucket: (url, reading) => openAllowedBucket(url, allowed, reading),
    maxMegabytes: 1,
  })
  return { classifications, objects, queue }
}

const idsOf = async (of = dataset) => (await library.store.datasets.images(of)).map(({ imageId }) => imageId)

async function rowsOf(
  file: (id: string, part: number) => Promise<{ readonly content: Uint8Array }>,
  id: string,
  parts: number,
): Promise<Record<string, string | undefined>[]> {
  const files = await Promise.all(Array.from({ length: parts }, (_, i) => file(id, i + 1)))
  return files.flatMap(({ content }) =>
    parse<Record<string, string>>(Buffer.from(content), { columns: true }),
  )
}

const wait = () => new Promise((resolve) => setTimeout(resolve, 0))

describe('a classification of a dataset', () => {
  test('answers every image as classify does, a row each, in the order in which they came', async () => {
    const { classifications } = await openParts()
    const { id, images } = await classifications.classify({ classifier: 'shapes', dataset, topK: 2 })
    expect(await classifications.ended(id)).toMatchObject({ status: 'SUCCEEDED', done: 21, unread: 0 })
    const rows = await rowsOf(classifications.file, id, 6)
    const ids = await idsOf()
    expect(images).toBe(21)
    expect(rows.map(({ image }) => image)).toEqual(ids)
    const answers = await library.classifiers.classify({
      ...{ classifier: 'shapes', topK: 2, images: ids.map((image) => ({ id: image })) },
    })
    const stored = new Map((await library.store.datasets.images(dataset)).map((each) => [each.imageId, each]))
    for (const [i, { top, set, isNoneOfThese, isInSupportSet }] of answers.entries()) {
      const row = rows[i] ?? expect.fail('a row is missing')
      expect(row).toMatchObject({
        label: classNames[stored.get(ids[i] ?? '')?.classIndex ?? -1],
        split: stored.get(ids[i] ?? '')?.split,
        class: top[0]?.class.name,
        class_2: top[1]?.class.name,
        set: JSON.stringify(set()?.map(({ name }) => name)),
        none_of_these: String(isNoneOfThese),
        in_support_set: String(isInSupportSet),
        error: '',
      })
      expect(Number(row.probability)).toBeCloseTo(top[0]?.probability ?? -1, 5)
    }
  })

  test('has the same rows as Parquet', async () => {
    const { classifications } = await openParts()
    const one = await classifications.classify({ classifier: 'shapes', dataset, split: 'TEST' })
    const { id } = await classifications.classify({
      ...{ classifier: 'shapes', dataset, split: 'TEST', format: 'PARQUET' },
    })
    await classifications.ended(one.id)
    expect((await classifications.ended(id)).images).toBe(12)
    const csv = await rowsOf(classifications.file, one.id, 3)
    const { content, name } = await classifications.file(id, 2)
    const file = content.slice().buffer
    const rows = await parquetReadObjects({ file })
    expect(name).toBe('part-00002.parquet')
    expect(rows).toHaveLength(4)
    for (const [i, row] of rows.entries()) {
      const { probability, error, ...others } = csv[4 + i] ?? {}
      expect(row).toMatchObject({
        ...others,
        none_of_these: others.none_of_these === 'true',
        in_support_set: others.in_support_set === 'true',
      })
      expect(row.probability).toBe(Number(probability))
      expect([row.error, error]).toEqual([null, ''])
    }
  })

  test('of images without a label has no labels', async () => {
    const { id } = await makeDataset(library, 'Without labels', { SUPPORT_POOL: 1 })
    const images = await Promise.all(
      [0, 1, 2].map(async (i) => ({ base64: await base64(picture(i, 9100 + i)) })),
    )
    await library.datasets.addUnlabelled({ dataset: id, images })
    const { classifications } = await openParts()
    const job = await classifications.classify({ classifier: 'shapes', dataset: id, unlabelled: true })
    await classifications.ended(job.id)
    const rows = await rowsOf(classifications.file, job.id, 1)
    expect(rows.map(({ image }) => image)).toEqual(await library.datasets.unlabelled.ids(id))
    expect(rows.map(({ label, split }) => [label, split])).toEqual(rows.map(() => ['', '']))
  })

  test('gives an image that is gone an error of its own', async () => {
    const { id } = await library.datasets.create({ name: 'With a gap', classes: [{ name: 'own' }] })
    const images = await Promise.all(
      Array.from({ length: 6 }, async (_, i) => ({
        ...{
          image: { base64: await base64(picture(i % 3, 9200 + i)) },
          class: 'own',
          split: 'TEST' as const,
        },
      })),
    )
    await library.datasets.addImages({ dataset: id, images })
    const [first = '', second = ''] = await idsOf(id)
    await library.imageFiles.remove([second])
    const { classifications } = await openParts()
    const job = await classifications.classify({ classifier: 'shapes', dataset: id })
    expect(await classifications.ended(job.id)).toMatchObject({ status: 'SUCCEEDED', done: 6, unread: 1 })
    const rows = await rowsOf(classifications.file, job.id, 2)
    expect(rows.map(({ error }) => error)).toEqual(['', 'UNKNOWN_IMAGE', '', '', '', ''])
    expect(rows.map(({ image }) => image).slice(0, 2)).toEqual([first, second])
    expect(rows[1]?.class).toBe('')
  })

  test('that is cancelled keeps its parts, and goes on with the others', async () => {
    let written = 0
    const { classifications, queue } = await openParts((objects) => ({
      ...objects,
      put: async (key, content) => {
        written += 1
        if (written === 3) void classifications.cancel(job.id)
        await wait()
        await objects.put(key, content)
      },
    }))
    const job = await classifications.classify({ classifier: 'shapes', dataset })
    const stopped = await classifications.ended(job.id)
    expect(stopped.status).toBe('CANCELLED')
    await queue.ended({ kind: 'classify', id: job.id })
    const before = written
    expect(before).toBeLessThan(6)
    await classifications.continue(job.id)
    expect(await classifications.ended(job.id)).toMatchObject({ status: 'SUCCEEDED', done: 21 })
    // At most the part that was being written is written again.
    expect(written).toBeLessThanOrEqual(7)
    expect((await rowsOf(classifications.file, job.id, 6)).map(({ image }) => image)).toEqual(await idsOf())
  })

  test('leaves nothing when it is deleted', async () => {
    const { classifications, objects } = await openParts()
    const { id } = await classifications.classify({ classifier: 'shapes', dataset })
    await classifications.ended(id)
    await classifications.delete(id)
    const left = []
    for await (const { key } of objects.list('')) left.push(key)
    expect(left).toEqual([])
    await expect(classifications.file(id, 1)).rejects.toMatchObject({ code: 'UNKNOWN_CLASSIFICATION' })
  })

  test('keeps its dataset and its classifier until it has ended', async () => {
    await library.classifiers.create({ name: 'needed', supportSet: supportSet.id, method: 'prototype' })
    const row = await library.classifiers.get('needed')
    const request = {
      ...{ classifierId: row.id, classifierName: 'needed', version: 1, datasetId: dataset, images: 21 },
      ...{ split: null, unlabelled: false, topK: 1, format: 'CSV' as const },
    }
    const { id } = await library.store.datasetClassifications.create(request, [])
    const inUse = { code: 'IN_USE' }
    await expect(library.classifiers.delete('needed')).rejects.toMatchObject({
      ...inUse,
      argument: 'classifier',
    })
    await expect(library.deletions.dataset(dataset)).rejects.toMatchObject(inUse)
    await expect(library.datasetClassifications.delete(id)).rejects.toMatchObject(inUse)
    await library.datasetClassifications.cancel(id)
    await library.classifiers.delete('needed')
    await library.datasetClassifications.delete(id)
  })

  test.each([
    [{ classifier: 'nobody' }, 'UNKNOWN_CLASSIFIER', 'classifier'],
    [{ version: 7 }, 'UNKNOWN_CLASSIFIER_VERSION', 'version'],
    [{ dataset: 'nowhere' }, 'UNKNOWN_DATASET', 'dataset'],
    [{ split: 'VALIDATION' as const }, 'INVALID_VALUE', 'split'],
    [{ unlabelled: true }, 'INVALID_VALUE', 'unlabelled'],
    [{ unlabelled: true, split: 'TEST' as const }, 'INVALID_VALUE', 'split'],
    [{ topK: 0 }, 'INVALID_VALUE', 'topK'],
    [{ topK: 21 }, 'INVALID_VALUE', 'topK'],
  ])('of %j is refused', async (wrong, code, argument) => {
    const before = await library.datasetClassifications.page({ first: 1 }, {})
    const asked = { classifier: 'shapes', dataset, ...wrong }
    await expect(library.datasetClassifications.classify(asked)).rejects.toMatchObject({ code, argument })
    expect((await library.datasetClassifications.page({ first: 1 }, {})).totalCount).toBe(before.totalCount)
  })
})

test('the API classifies a dataset, tells how far it is, and serves the files', async () => {
  const { classifyDataset } = await server.query<{
    classifyDataset: { classification: { id: string; images: number }; warnings: [] }
  }>(
    `mutation ($input: ClassifyDatasetInput!) {
      classifyDataset(input: $input) { classification { id images } warnings { code } }
    }`,
    { input: { classifier: 'shapes', dataset } },
  )
  const { id } = classifyDataset.classification
  await library.datasetClassifications.ended(id)
  const { datasetClassification: found, node } = await server.query<{
    datasetClassification: {
      status: string
      progress: number
      secondsLeft: number | null
      parts: { nodes: { number: number; images: number; bytes: number; url: string }[]; totalCount: number }
    }
    node: object
  }>(
    `query ($id: ID!) {
      datasetClassification(id: $id) {
        status progress secondsLeft classifier { name } dataset { id }
        parts { nodes { number images unread bytes url } totalCount }
      }
      node(id: $id) { __typename id }
    }`,
    { id },
  )
  expect(found).toMatchObject({
    ...{ status: 'SUCCEEDED', progress: 1, secondsLeft: null },
    ...{ classifier: { name: 'shapes' }, dataset: { id: dataset } },
    parts: { totalCount: 1, nodes: [{ number: 1, images: 21, unread: 0 }] },
  })
  expect(node).toEqual({ __typename: 'DatasetClassification', id })
  const [part] = found.parts.nodes
  const response = await fetch(server.url + part?.url)
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  const text = await response.text()
  expect(Buffer.byteLength(text)).toBe(part?.bytes)
  expect(text.split('\r\n')).toHaveLength(23)
  const wrong = await fetch(`${server.url}/classifications/${id}/part-00002.csv`)
  expect(await wrong.json()).toMatchObject({ errors: [{ extensions: { code: 'UNKNOWN_PART' } }] })
  expect((await fetch(`${server.url}/classifications/${id}/part-00001.parquet`)).status).toBe(404)
})

describe('a classification of a bucket', () => {
  const photos = new Map<string, Buffer>()
  s3.buckets.set('photos', photos)

  /** Seven objects below `in/`, of which five are images, and one beside it. */
  async function fill(): Promise<string[]> {
    photos.clear()
    for (const [i, name] of ['a', 'b', 'c & d', 'é', 'z'].entries()) {
      photos.set(`in/${name}.png`, await picture(i % 3, 5000 + i))
    }
    photos.set('in/broken.png', Buffer.from('no image'))
    photos.set('in/large.png', Buffer.alloc(2 ** 20 + 1))
    photos.set('in/notes.txt', Buffer.from('text'))
    photos.set('in/folder/', Buffer.alloc(0))
    photos.set('out/secret.png', await picture(0, 6000))
    return [...photos.keys()]
      .filter((key) => key.startsWith('in/') && !key.endsWith('/'))
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  }

  test('answers every object as classify does, and says of the others why not', async () => {
    const keys = await fill()
    const { classifications } = await openParts()
    const { id } = await classifications.classify({ classifier: 'shapes', bucket: 's3://photos/in/' })
    const ended = await classifications.ended(id)
    expect(ended).toMatchObject({
      status: 'SUCCEEDED',
      images: 8,
      done: 8,
      unread: 3,
      bucket: 's3://photos/in/',
    })
    const rows = await rowsOf(classifications.file, id, 2)
    expect(rows.map(({ file }) => file)).toEqual(keys)
    const errors = Object.fromEntries(rows.flatMap(({ file, error }) => (error ? [[file, error]] : [])))
    expect(errors).toEqual({
      'in/broken.png': 'INVALID_IMAGE',
      'in/large.png': 'FILE_TOO_LARGE',
      'in/notes.txt': 'FILE_NOT_IMPORTED',
    })
    const read = rows.filter(({ error }) => error === '')
    const answers = await library.classifiers.classify({
      ...{ classifier: 'shapes', topK: 1 },
      images: read.map(({ file }) => ({ base64: photos.get(file ?? '')?.toString('base64') ?? '' })),
    })
    expect(read.map((row) => row.class)).toEqual(answers.map(({ top }) => top[0]?.class.name))
    expect(read.map(({ image }) => image)).toEqual(answers.map(({ image }) => image.id))
  })

  test('that is stopped while it lists and while it reads goes on where it was', async () => {
    await fill()
    const { classifications, queue } = await openParts()
    const job = await classifications.classify({ classifier: 'shapes', bucket: 's3://photos/in/' })
    while (((await library.store.datasetClassifications.get(job.id))?.images ?? 0) === 0) await wait()
    await classifications.cancel(job.id)
    await queue.ended({ kind: 'classify', id: job.id })
    await classifications.continue(job.id)
    expect(await classifications.ended(job.id)).toMatchObject({ status: 'SUCCEEDED', images: 8, done: 8 })
    expect((await rowsOf(classifications.file, job.id, 2)).map(({ file }) => file)).toHaveLength(8)
  })

  test('waits while the server is away', async () => {
    await fill()
    const { classifications } = await openParts()
    const job = await classifications.classify({ classifier: 'shapes', bucket: 's3://photos/in/' })
    s3.failures.push(503, 503, 503, 503, 503)
    expect(await classifications.ended(job.id)).toMatchObject({ status: 'SUCCEEDED', done: 8 })
  })

  test('is refused with the reason, and queues nothing', async () => {
    await fill()
    const { classifications } = await openParts()
    const ask = (bucket: string) => classifications.classify({ classifier: 'shapes', bucket })
    for (const other of [
      's3://photos/out/',
      's3://photos/',
      's3://others/in/',
      's3://photos/in/?endpoint=http://127.0.0.1:1',
    ]) {
      await expect(ask(other)).rejects.toMatchObject({ code: 'BUCKET_NOT_ALLOWED', argument: 'bucket' })
    }
    await expect(ask('photos/in')).rejects.toMatchObject({ code: 'INVALID_VALUE', argument: 'bucket' })
    await expect(ask('s3://photos/in/none')).rejects.toMatchObject({
      code: 'BUCKET_EMPTY',
      argument: 'bucket',
    })
    s3.forbidden.add('photos')
    await expect(ask('s3://photos/in/')).rejects.toMatchObject({
      ...{ code: 'BUCKET_UNREADABLE', message: expect.stringContaining('lack a right') },
    })
    s3.forbidden.clear()
    s3.buckets.delete('photos')
    await expect(ask('s3://photos/in/')).rejects.toMatchObject({
      ...{ code: 'BUCKET_UNREADABLE', message: expect.stringContaining('no such bucket') },
    })
    s3.buckets.set('photos', photos)
    await expect(classifications.classify({ classifier: 'shapes' })).rejects.toMatchObject({
      ...{ code: 'INVALID_VALUE', argument: 'bucket' },
    })
    await expect(
      classifications.classify({ classifier: 'shapes', dataset, bucket: 's3://photos/in/' }),
    ).rejects.toMatchObject({ code: 'INVALID_VALUE', argument: 'bucket' })
  })
})
