import sharp from 'sharp'
import { seeded } from '../system/random.js'
import { type Decoding, decodeImage, type RgbImage } from './decode.js'
import type { ShiftKind, ShiftStrength } from './shift-kinds.js'

/**
 * The amounts of strengths 1, 2 and 3, after ImageNet-C (Hendrycks and Dietterich, arXiv 1903.12261). Lengths are shares
 * of the shorter side, so that small and large images are shifted alike.
 */
const amounts: Readonly<Record<ShiftKind, readonly [number, number, number]>> = {
  /** Standard deviation of the Gaussian. */
  blur: [0.025, 0.05, 0.1],
  /** Standard deviation of independent normal noise, on the scale 0 … 255. */
  noise: [20, 45, 90],
  /** The factor for the distance from the image's mean. */
  contrast: [0.5, 0.25, 0.12],
  /** The factor for each side. */
  resolution: [0.5, 0.33, 0.2],
}

/** A shifted copy of an image, as PNG. Noise depends only on `seed`. Throws INVALID_IMAGE. */
export async function shiftImage(
  bytes: Uint8Array,
  kind: ShiftKind,
  strength: ShiftStrength,
  seed: string,
  decoding?: Decoding,
): Promise<Buffer> {
  const image = await decodeImage(bytes, 'managed', decoding)
  const amount = amounts[kind][strength - 1] as number
  const shorter = Math.min(image.width, image.height)
  switch (kind) {
    case 'blur':
      // The smallest deviation that libvips accepts is 0.3 pixels.
      return toPng(image)
        .blur(Math.max(0.3, amount * shorter))
        .toBuffer()
    case 'noise':
      return toPng(mapPixels(image, noise(amount, kind, strength, seed))).toBuffer()
    case 'contrast':
      return toPng(mapPixels(image, towardsMean(image, amount))).toBuffer()
    case 'resolution': {
      const [width, height] = [image.width, image.height].map((side) =>
        Math.max(1, Math.round(side * amount)),
      )
      const small = await toPng(image).resize({ width, height, fit: 'fill', kernel: 'cubic' }).toBuffer()
      return sharp(small, { limitInputPixels: false })
        .resize({ width: image.width, height: image.height, fit: 'fill', kernel: 'cubic' })
        .png()
        .toBuffer()
    }
  }
}

const toPng = ({ width, height, data }: RgbImage) =>
  sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false }).png()

/** Maps every channel of every pixel. The clamped array rounds the results and limits them to 0 … 255. */
const mapPixels = (image: RgbImage, map: (value: number) => number): RgbImage => ({
  ...image,
  data: new Uint8Array(Uint8ClampedArray.from(image.data, map).buffer),
})

function noise(deviation: number, ...seed: readonly (string | number)[]): (value: number) => number {
  const random = seeded('shift', ...seed)
  return (value) => {
    // The Box-Muller transform.
    const radius = Math.sqrt(-2 * Math.log(1 - random.next()))
    return value + deviation * radius * Math.cos(2 * Math.PI * random.next())
  }
}

function towardsMean({ data }: RgbImage, share: number): (value: number) => number {
  let sum = 0
  for (const value of data) sum += value
  const mean = sum / data.length
  return (value) => mean + share * (value - mean)
}
