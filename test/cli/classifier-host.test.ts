import sharp from 'sharp'
import { expect, test } from 'vitest'
import { remoteClassifier } from '../../src/cli/classifier-host.js'
import { makeDataset } from '../helpers/datasets.js'
import { picture } from '../helpers/pictures.js'
import { startTestServer } from '../helpers/server.js'

const server = await startTestServer({ SHOTBOARD_MAX_IMAGES: '3', SHOTBOARD_MAX_REQUEST_MB: '1' })
const { library } = server
const dataset = await makeDataset(library, 'Patterns')
const supportSet = await library.supportSets.create({
  ...{ dataset: dataset.id, shots: 4, seed: 1, augmentations: 1 },
})
await library.classifiers.create({ name: 'patterns', supportSet: supportSet.id, method: 'tip-adapter' })
const host = await remoteClassifier({ classifier: 'patterns', topK: 1 }, { url: server.url })
const pictures = await Promise.all([0, 1, 2, 0, 1].map((classIndex) => picture(classIndex, 9800)))
const readFile = (file: string, bytes: Buffer) => ({ file, path: file, bytes, error: null })
/** A picture of about so many bytes, each other. */
const large = async (bytes: Buffer, size: number) =>
  sharp(bytes)
    .resize(Math.round(Math.sqrt(size / 3)))
    .png({ compressionLevel: 0 })
    .toBuffer()

async function expectedFor(images: readonly Buffer[]) {
  const answers = await library.classifiers.classify({
    ...{ classifier: 'patterns', topK: 1 },
    images: images.map((bytes) => ({ base64: bytes.toString('base64') })),
  })
  return answers.map(({ top }) => top[0]?.class.name)
}
const labelsOf = (answers: Awaited<ReturnType<typeof host.classify>>) =>
  answers.map(({ top }) => top[0]?.class)

test('files of one name have an answer each, as entries of an archive may', async () => {
  const answers = await host.classify(pictures.slice(0, 3).map((bytes) => readFile('x.zip/a.png', bytes)))
  const expected = await expectedFor(pictures.slice(0, 3))
  expect(new Set(expected).size).toBeGreaterThan(1)
  expect(labelsOf(answers)).toEqual(expected)
})

test('a service that takes fewer images at a time is asked more often', async () => {
  const answers = await host.classify(pictures.map((bytes, i) => readFile(`${i}.png`, bytes)))
  expect(labelsOf(answers)).toEqual(await expectedFor(pictures))
})

test('images that are too large together go one by one, and one that is too large alone has its own error', async () => {
  const images = await Promise.all(pictures.map((bytes, i) => large(bytes, i === 2 ? 2_000_000 : 600_000)))
  const answers = await host.classify(images.map((bytes, i) => readFile(`${i}.png`, bytes)))
  expect(answers.map(({ error }) => error?.code ?? null)).toEqual([
    null,
    null,
    'REQUEST_TOO_LARGE',
    null,
    null,
  ])
  const expected = await expectedFor(images)
  for (const i of [0, 1, 3, 4]) expect(answers[i]?.top[0]?.class).toBe(expected[i])
})

test('an unknown classifier is an error of all', async () => {
  const other = await remoteClassifier({ classifier: 'snails', topK: 1 }, { url: server.url })
  const asked = other.classify(pictures.map((bytes) => readFile('a.png', bytes)))
  await expect(asked).rejects.toMatchObject({ code: 'UNKNOWN_CLASSIFIER' })
})
