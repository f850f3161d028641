import { expect, test } from 'vitest'
import { preprocessorConfig } from '../../src/classifiers/export/preprocessor-config.js'
import { type Preprocessing, preprocess } from '../../src/images/preprocess.js'

// The dashboard has its own compiler options, so its code is imported by its path.
const path: string = '../../web/src/pages/offline/to-pixels.ts'
const { toPixels } = (await import(path)) as {
  toPixels(
    image: { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray },
    config: unknown,
  ): Float32Array
}

const base: Preprocessing = {
  ...{
    imageSize: 32,
    filter: 'bicubic',
    shorterSide: 32,
    centre: 'even',
    rescale: 1 / 255,
    colours: 'plain',
  },
  ...{ mean: [0.48, 0.46, 0.41], std: [0.27, 0.26, 0.28] },
}

const sizes = [
  [20, 165],
  [57, 317],
  [200, 150],
  [32, 32],
  [363, 83],
  [5, 7],
] as const

test.each<[string, Partial<Preprocessing>]>([
  ['cropped as torchvision does', {}],
  ['cropped as transformers does', { centre: 'down' }],
  ['larger than the square before the crop', { shorterSide: 40 }],
  ['resized to a square', { shorterSide: null }],
  ['with borders', { shorterSide: null, borders: [10, 200, 30] }],
  ['with another filter', { filter: 'bilinear' }],
])('the page gives a model the pixels that the service gives it, %s', async (_, more) => {
  const preprocessing = { ...base, ...more }
  const { imageSize: side } = preprocessing
  for (const [width, height] of sizes) {
    const bytes = Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * 7919 + (i >> 5)) % 256)
    const expected = new Float32Array(3 * side * side)
    await preprocess({ width, height, data: bytes } as never, preprocessing, expected)
    const config = preprocessorConfig(preprocessing)
    const pixels = toPixels({ width, height, data: new Uint8ClampedArray(bytes) }, config)
    for (const [i, value] of expected.entries()) {
      // A byte more or less makes 0.01.
      if (Math.abs((pixels[i] as number) - value) > 1e-5) expect.fail(`${width}×${height}, at ${i}`)
    }
  }
})
