import { seeded } from '../../system/random.js'
import { randomView } from '../augmentation.js'
import { type Decoding, decodeImage } from '../decode.js'
import { type Preprocessing, preprocessView, type ViewPreprocessing } from '../preprocess.js'

/** Random views of an image, for training. */
export interface RandomViews {
  readonly bytes: Uint8Array
  readonly preprocessing: ViewPreprocessing & Pick<Preprocessing, 'colours'>
  /** The range of the share of the image's area that a view shows. */
  readonly area: { readonly from: number; readonly to: number }
  /** The number of views. */
  readonly rounds: number
  readonly seed: readonly (string | number)[]
}

/** Decodes an image and returns its views: [rounds, 3, size, size]. They depend only on the image and the seed. */
export async function loadViews(
  { bytes, preprocessing, area, rounds, seed }: RandomViews,
  decoding?: Decoding,
): Promise<Float32Array> {
  const image = await decodeImage(bytes, preprocessing.colours, decoding)
  const random = seeded(...seed)
  const length = 3 * preprocessing.imageSize ** 2
  const pixels = new Float32Array(rounds * length)
  for (let round = 0; round < rounds; round++) {
    const view = randomView(random, image, area)
    await preprocessView(image, view, preprocessing, pixels.subarray(round * length, (round + 1) * length))
  }
  return pixels
}
