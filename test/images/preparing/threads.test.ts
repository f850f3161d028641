import { afterAll, expect, test } from 'vitest'
import { augmentationRecipe, noAugmentation } from '../../../src/images/augmentation.js'
import { type Preparation, prepare } from '../../../src/images/preparing/prepare.js'
import { openPreparingThreads } from '../../../src/images/preparing/threads.js'
import { demoImages } from '../../encoders/files.js'

const size = 40
const planes = 3 * size ** 2
const preprocessing: Preparation['preprocessing'] = {
  imageSize: size,
  filter: 'bicubic',
  shorterSide: size,
  centre: 'even',
  rescale: 1 / 255,
  mean: [0.4, 0.5, 0.6],
  std: [0.2, 0.3, 0.4],
  colours: 'managed',
}
const threads = openPreparingThreads(2)
afterAll(() => threads.close())

const images = await Promise.all(
  (await demoImages('bag', 12)).map(async ({ id, read }) => ({ id, bytes: await read() })),
)
const [image] = images
if (image === undefined) throw new Error('there is no image')
const shared = (length: number) => new Float32Array(new SharedArrayBuffer(4 * length))

async function here(preparation: Preparation): Promise<Float32Array> {
  const pixels = new Float32Array(preparation.recipe.rounds * planes)
  await prepare(preparation, pixels)
  return pixels
}

test.each([1, 3])('many images at once, each in its place, as without threads: %i views', async (rounds) => {
  const recipe = rounds === 1 ? noAugmentation : augmentationRecipe(rounds)
  const length = rounds * planes
  const pixels = shared(images.length * length)
  await Promise.all(
    images.map((image, i) =>
      threads.prepare({ ...image, recipe, preprocessing }, pixels.subarray(i * length, (i + 1) * length)),
    ),
  )
  for (const [i, image] of images.entries()) {
    const expected = await here({ ...image, recipe, preprocessing })
    expect(pixels.slice(i * length, (i + 1) * length)).toEqual(expected)
  }
})

test('bytes may be part of something larger, and stay with whoever gave them', async () => {
  const larger = Buffer.concat([Buffer.alloc(1000), image.bytes, Buffer.alloc(1000)])
  const bytes = larger.subarray(1000, 1000 + image.bytes.length)
  const pixels = shared(planes)
  await threads.prepare({ id: image.id, bytes, recipe: noAugmentation, preprocessing }, pixels)
  expect(Float32Array.from(pixels)).toEqual(await here({ ...image, recipe: noAugmentation, preprocessing }))
  expect(Buffer.compare(bytes, image.bytes)).toBe(0)
})

test('what is no image is INVALID_IMAGE, and the others are prepared', async () => {
  const pixels = shared(planes)
  const broken = threads.prepare(
    { id: 'broken', bytes: Buffer.from('no image'), recipe: noAugmentation, preprocessing },
    shared(planes),
  )
  const whole = threads.prepare({ ...image, recipe: noAugmentation, preprocessing }, pixels)
  await expect(broken).rejects.toMatchObject({ name: 'ShotboardError', code: 'INVALID_IMAGE' })
  await whole
  expect(Float32Array.from(pixels)).toEqual(await here({ ...image, recipe: noAugmentation, preprocessing }))
})

test('a thread that dies fails what it was at, and another takes its place', async () => {
  const own = openPreparingThreads(1, new URL('./mortal-worker.js', import.meta.url))
  const asked = (id: string) =>
    own.prepare({ id, bytes: Uint8Array.of(1), recipe: noAugmentation, preprocessing }, shared(1))
  await asked('well')
  const underWay = [asked('slow'), asked('fatal')]
  for (const each of underWay) await expect(each).rejects.toThrow('it dies of fatal')
  await asked('well')
  await expect(asked('exit')).rejects.toThrow('a thread that prepares images has ended')
  await asked('well')
  await own.close()
})

test('closing waits for what is under way', async () => {
  const own = openPreparingThreads(2)
  let prepared = 0
  for (const image of images) {
    const under = own.prepare({ ...image, recipe: noAugmentation, preprocessing }, shared(planes))
    void under.then(() => {
      prepared += 1
    })
  }
  await own.close()
  expect(prepared).toBe(images.length)
})
