import { errors } from '../errors.js'
import { seeded } from '../system/random.js'

/** A labelled image that may be drawn into a support set. */
export interface PoolImage {
  readonly imageId: string
  readonly classIndex: number
}

/**
 * Draws a support set: `shots` random images of every class, in the order of the classes. The draw depends on the seed and
 * on which images the pool has, but not on their order. With the same seed, a draw with fewer shots is a subset of a draw
 * with more. Throws CLASS_WITHOUT_IMAGES or NOT_ENOUGH_IMAGES with the class and its number of images.
 */
export function drawSupport(
  pool: readonly PoolImage[],
  classNames: readonly string[],
  { shots, seed }: { readonly shots: number; readonly seed: number },
): PoolImage[] {
  const byClass: PoolImage[][] = classNames.map(() => [])
  for (const image of pool) byClass[image.classIndex]?.push(image)
  return byClass.flatMap((images, classIndex) => {
    const className = classNames[classIndex] as string
    if (images.length === 0) throw errors.classWithoutImages({ className }, 'shots')
    if (images.length < shots) throw errors.notEnoughImages({ className, has: images.length, shots }, 'shots')
    const sorted = [...images].sort((a, b) => (a.imageId < b.imageId ? -1 : 1))
    return seeded('support set', seed, className).shuffled(sorted).slice(0, shots)
  })
}
