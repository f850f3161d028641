import type { Rgb } from './resize'

/** Decodes an image as the browser does, turned as its EXIF data say, with its own colours. Throws if it is none. */
export async function decode(file: Blob): Promise<Rgb> {
  const bitmap = await createImageBitmap(file, {
    colorSpaceConversion: 'none',
    imageOrientation: 'from-image',
    premultiplyAlpha: 'none',
  })
  const { width, height } = bitmap
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (!context) throw new Error('The browser cannot read pixels.')
  context.drawImage(bitmap, 0, 0)
  bitmap.close()
  const { data } = context.getImageData(0, 0, width, height)
  const rgb = new Uint8ClampedArray(3 * width * height)
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = data[4 * i + c] as number
  }
  return { width, height, data: rgb }
}
