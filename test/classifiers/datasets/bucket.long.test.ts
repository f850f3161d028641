import { parse } from 'csv-parse/sync'
import { S3mini } from 's3mini'
import { expect, test } from 'vitest'
import { newBucket } from '../../helpers/buckets.js'
import { makeDataset } from '../../helpers/datasets.js'
import { temporaryFolder } from '../../helpers/folder.js'
import { openTestLibrary } from '../../helpers/library.js'
import { picture } from '../../helpers/pictures.js'

const { title, settings } = await newBucket()

test.skipIf(!settings)(`a classification reads the bucket of a real server: ${title}`, async () => {
  if (!settings) return
  const { url, accessKeyId, secretAccessKey } = settings
  const { hostname: bucket, searchParams } = new URL(url)
  const endpoint = searchParams.get('endpoint') ?? ''
  const client = new S3mini({
    ...{ accessKeyId, secretAccessKey, region: 'us-east-1' },
    endpoint: `${endpoint}/${bucket}`,
  })
  const names = ['a b.png', 'b+c&d.png', 'é/1.png', 'é/2.png', 'z%20.png']
  for (const [i, name] of names.entries())
    await client.putObject(`in/${name}`, await picture(i % 3, 7000 + i))
  await client.putObject('in/notes.txt', 'text')
  await client.putObject('out/x.png', 'beside')

  const open = async (more: Record<string, string> = {}) =>
    openTestLibrary(await temporaryFolder(), {
      ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
      ...{ SHOTBOARD_READ_BUCKETS: url.replace('?', '/in/?'), ...more },
    })
  async function withClassifier(library: Awaited<ReturnType<typeof open>>) {
    const { id: dataset } = await makeDataset(library, 'Bucket')
    const { id: supportSet } = await library.supportSets.create({
      dataset,
      shots: 2,
      seed: 1,
      augmentations: 1,
    })
    await library.classifiers.create({ name: 'shapes', supportSet, method: 'prototype' })
    return (path: string) => library.datasetClassifications.classify({ classifier: 'shapes', bucket: path })
  }
  const library = await open()
  const classify = await withClassifier(library)
  const { id } = await classify(`s3://${bucket}/in/`)
  expect(await library.datasetClassifications.ended(id)).toMatchObject({
    status: 'SUCCEEDED',
    done: 6,
    unread: 1,
  })
  const { content } = await library.datasetClassifications.file(id, 1)
  const rows = parse<Record<string, string>>(Buffer.from(content), { columns: true })
  expect(rows.map(({ file }) => file).sort()).toEqual(
    [...names, 'notes.txt'].map((name) => `in/${name}`).sort(),
  )
  expect(rows.filter(({ class: answer }) => answer !== '')).toHaveLength(names.length)
  await expect(classify(`s3://${bucket}/out/`)).rejects.toMatchObject({ code: 'BUCKET_NOT_ALLOWED' })
  await library.close()

  for (const [more, reason] of [
    [{ AWS_SECRET_ACCESS_KEY: 'wrong' }, 'refuses the credentials'],
    [{ SHOTBOARD_READ_BUCKETS: url.replace(bucket, 'no-such-bucket-here') }, 'no such bucket'],
  ] as const) {
    const other = await open(more)
    const ask = await withClassifier(other)
    const name = 'SHOTBOARD_READ_BUCKETS' in more ? 'no-such-bucket-here' : bucket
    await expect(ask(`s3://${name}/in/`)).rejects.toMatchObject({
      ...{ code: 'BUCKET_UNREADABLE', message: expect.stringContaining(reason) },
    })
    await other.close()
  }
})
