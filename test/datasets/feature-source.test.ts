import { expect, test } from 'vitest'
import { createFeatureSource } from '../../src/datasets/feature-source.js'
import type { Encoder } from '../../src/encoders/encoder.js'
import type { ImageSource } from '../../src/encoders/prepare-batch.js'
import { type FeatureStore, openFeatureStore } from '../../src/features/feature-store.js'
import { noAugmentation } from '../../src/images/augmentation.js'
import { atEnd } from '../helpers/at-end.js'
import { temporaryFolder } from '../helpers/folder.js'

/** The feature of an image is the number in its id, once `allow` has been called as often as batches have begun. */
function createEncoder(processor?: string) {
  const encoded: string[][] = []
  const waiting: (() => void)[] = []
  const encodeImages: Encoder['encodeImages'] = async (images, { spaces, onBatch }) => {
    if (images.length > 0) await new Promise<void>((resolve) => waiting.push(resolve))
    encoded.push(images.map(({ id }) => id))
    const data = Float32Array.from(images.flatMap(({ id }) => [Number.parseInt(id, 16), 1]))
    const features = Object.fromEntries(
      spaces.map((space) => [space, { rows: images.length, columns: 2, data }]),
    )
    await onBatch?.(features, 0, images.length)
    return features
  }
  const encoder = {
    id: 'fake',
    dimensions: 2,
    spaceFingerprint: () => 'f',
    processor: (machine = processor) => machine,
    encodeImages,
  } as unknown as Encoder
  async function allow(): Promise<void> {
    await expect.poll(() => waiting.length).toBeGreaterThan(0)
    waiting.shift()?.()
  }
  return { encoder, encoded, allow }
}

const imagesOf = (from: number, to: number): ImageSource[] =>
  Array.from({ length: to - from }, (_, i) => ({
    id: (from + i).toString(16).padStart(64, '0'),
    read: () => Promise.reject(new Error('not read')),
  }))

async function openStore() {
  const store = openFeatureStore(await temporaryFolder())
  atEnd(store.close)
  return store
}

async function createSource(store?: FeatureStore, processor?: string) {
  const source = createFeatureSource(store ?? (await openStore()))
  const fake = createEncoder(processor)
  const load = async (
    images: readonly ImageSource[],
    onEncoded = (_count: number): void => {},
    wanted?: string,
  ) => {
    const { clip } = await source.load({
      encoder: fake.encoder,
      images,
      spaces: ['clip'],
      recipe: noAugmentation,
      onEncoded,
      ...(wanted !== undefined && { processor: wanted }),
    })
    return Array.from(clip?.data ?? []).filter((_, i) => i % 2 === 0)
  }
  return { ...fake, load }
}

test('a request that encodes many images lets another have its turn', async () => {
  const { load, encoded, allow } = await createSource()
  let longEnded = false
  const long = load(imagesOf(0, 700)).finally(() => {
    longEnded = true
  })
  await allow()
  const short = load(imagesOf(1000, 1002))
  await allow()
  await allow()
  expect(await short).toEqual([1000, 1001])
  expect(longEnded).toBe(false)
  await allow()
  expect(await long).toEqual(Array.from({ length: 700 }, (_, i) => i))
  expect(encoded.flat()).toHaveLength(702)
})

test('a request whose features are stored does not wait for one that encodes', async () => {
  const { load, allow } = await createSource()
  const first = load(imagesOf(0, 3))
  await allow()
  await first
  const long = load(imagesOf(10, 20))
  expect(await load(imagesOf(0, 3))).toEqual([0, 1, 2])
  await allow()
  await long
})

test('an image that two requests ask for, or one asks for twice, is encoded once and counted by each', async () => {
  const { load, encoded, allow } = await createSource()
  const counts = [0, 0]
  const count = (request: number) => (images: number) => {
    counts[request] = (counts[request] ?? 0) + images
  }
  const first = load([...imagesOf(0, 3), ...imagesOf(1, 2)], count(0))
  const second = load(imagesOf(2, 4), count(1))
  await allow()
  await allow()
  expect(await first).toEqual([0, 1, 2, 1])
  expect(await second).toEqual([2, 3])
  expect(encoded.flat()).toHaveLength(4)
  expect(counts).toEqual([3, 2])
})

const ignore = (): void => {}

test('of features of several kinds of processors, only those of one are taken where they must not be mixed', async () => {
  const store = await openStore()
  const [one, two] = [await createSource(store, 'one'), await createSource(store, 'two')]
  const made = one.load(imagesOf(0, 3))
  await one.allow()
  await made
  // Whoever may mix takes what there is.
  expect(await two.load(imagesOf(0, 3))).toEqual([0, 1, 2])
  const again = two.load(imagesOf(0, 3), ignore, 'two')
  await two.allow()
  expect(await again).toEqual([0, 1, 2])
  expect(two.encoded).toHaveLength(1)
  expect(await two.load(imagesOf(0, 3), ignore, 'one')).toEqual([0, 1, 2])
  await expect(two.load(imagesOf(2, 4), ignore, 'one')).rejects.toMatchObject({ code: 'OTHER_PROCESSOR' })
})

test('features without a kind count as of any', async () => {
  const store = await openStore()
  const [earlier, one] = [await createSource(store), await createSource(store, 'one')]
  const made = earlier.load(imagesOf(0, 2))
  await earlier.allow()
  await made
  const more = one.load(imagesOf(0, 3), ignore, 'one')
  await one.allow()
  expect(await more).toEqual([0, 1, 2])
  expect(one.encoded).toEqual([imagesOf(2, 3).map(({ id }) => id)])
})
