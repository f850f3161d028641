import { afterAll, expect, test } from 'vitest'
import { augmentationRecipe, noAugmentation } from '../../../src/images/augmentation.js'
import { openImageWorkers } from '../../../src/images/workers/image-workers.js'
import { type Preparation, prepare } from '../../../src/images/workers/prepare.js'
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
const workers = openImageWorkers({ maxProcesses: 2 })
afterAll(workers.close)

const images = await Promise.all(
  (await demoImages('bag', 6)).map(async ({ id, read }) => ({ id, bytes: await read() })),
)
const [image] = images
if (image === undefined) throw new Error('there is no image')

test.each([1, 3])('many images at once, each in its place, as without workers: %i views', async (rounds) => {
  const recipe = rounds === 1 ? noAugmentation : augmentationRecipe(rounds)
  const length = rounds * planes
  const pixels = new Float32Array(images.length * length)
  await Promise.all(
    images.map((image, i) =>
      workers.prepare({ ...image, recipe, preprocessing }, pixels.subarray(i * length, (i + 1) * length)),
    ),
  )
  for (const [i, image] of images.entries()) {
    const expected = await prepare({ ...image, recipe, preprocessing })
    expect(pixels.slice(i * length, (i + 1) * length)).toEqual(expected)
  }
})

test('what is no image is INVALID_IMAGE, and the others are prepared', async () => {
  const broken = workers.check(Buffer.from('no image'), 1)
  const whole = workers.check(image.bytes, 1)
  await expect(broken).rejects.toMatchObject({ name: 'ShotboardError', code: 'INVALID_IMAGE' })
  expect(await whole).toMatchObject({ format: 'png' })
})

const program = new URL('./hostile-worker.js', import.meta.url)
/** What the hostile worker does: answer, crash, hang, or ask for memory and hang. */
const [answer, crash, hang, hold] = [0, 1, 2, 3].map((order) => Uint8Array.of(0xff, 0xd8, 0xff, order)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
]

test('an image that ends two decoders is to blame, and another decoder takes the next', async () => {
  const own = openImageWorkers({ maxProcesses: 1, program })
  await expect(own.check(crash, 1)).rejects.toMatchObject({ code: 'INVALID_IMAGE' })
  await expect(own.check(crash, 1)).rejects.toThrow('its decoder ended with SIGSEGV')
  expect(await own.check(answer, 1)).toHaveProperty('pid')
  await own.close()
})

test.each([
  ['hangs', hang],
  ['hangs with memory', hold],
])('an image whose decoder %s is too much work, and gives its memory back', async (_, bytes) => {
  const own = openImageWorkers({ maxProcesses: 1, program, timeLimitMs: 1500, memory: 1500 })
  for (let i = 0; i < 2; i++) {
    await expect(own.check(bytes, 1)).rejects.toMatchObject({
      code: 'IMAGE_TOO_LARGE',
      message: expect.stringContaining('more than 1.5 seconds'),
    })
  }
  expect(await own.check(answer, 1)).toHaveProperty('pid')
  await own.close()
})

test('closing ends what is under way at once, and nothing starts afterwards', async () => {
  const own = openImageWorkers({ maxProcesses: 1, program })
  const underWay = [own.check(hang, 1), own.check(hang, 1)].map((each) => each.catch((error) => error.code))
  await own.close()
  expect(await Promise.all(underWay)).toEqual(['CANCELLED', 'CANCELLED'])
  await expect(own.check(answer, 1)).rejects.toMatchObject({ code: 'CANCELLED' })
})

test('no image is to blame for a process that does not start', async () => {
  const own = openImageWorkers({ maxProcesses: 1, program: new URL('./no-such-worker.js', import.meta.url) })
  await expect(own.check(answer, 1)).rejects.toThrow('ended with 1 when it started')
  await expect(own.check(answer, 1)).rejects.not.toHaveProperty('code')
  await own.close()
})
