import { errors } from '../errors.js'
import type { Drawing, Search } from '../store/enums.js'
import { seeded } from '../system/random.js'

/** A labelled image that may be drawn into a support set. */
export interface PoolImage {
  readonly imageId: string
  readonly classIndex: number
}

/**
 * Draws a support set: `shots` random images of every class, in the order of the classes. A class with fewer images fails
 * with EXACT, and is taken whole with AT_MOST; with ALL every class is. The draw depends on the seed and on which images the
 * pool has, but not on their order. With the same seed, a draw with fewer shots is a subset of a draw with more, and a class
 * with enough images gives the same ones with AT_MOST as with EXACT. Throws CLASS_WITHOUT_IMAGES or NOT_ENOUGH_IMAGES with the
 * class and its number of images.
 */
export function drawSupport(
  pool: readonly PoolImage[],
  classNames: readonly string[],
  { shots, drawing, seed }: { readonly shots: number; readonly drawing: Drawing; readonly seed: number },
): PoolImage[] {
  const byClass: PoolImage[][] = classNames.map(() => [])
  for (const image of pool) byClass[image.classIndex]?.push(image)
  return byClass.flatMap((images, classIndex) => {
    const className = classNames[classIndex] as string
    const has = images.length
    if (has === 0) throw errors.classWithoutImages({ className }, 'shots')
    if (drawing === 'EXACT' && has < shots) throw errors.notEnoughImages({ className, has, shots }, 'shots')
    const sorted = [...images].sort((a, b) => (a.imageId < b.imageId ? -1 : 1))
    const shuffled = seeded('support set', seed, className).shuffled(sorted)
    return drawing === 'ALL' ? shuffled : shuffled.slice(0, shots)
  })
}

/**
 * A request as its fingerprint has it. EXACT is left out, because earlier versions drew and searched no other way: what they
 * computed is found again.
 */
export function withoutExact<R extends { readonly drawing: Drawing; readonly search?: Search }>(
  request: R,
): Omit<R, 'drawing' | 'search'> & { readonly drawing?: Drawing; readonly search?: Search } {
  const { drawing, search = 'EXACT', ...rest } = request
  return { ...rest, ...(drawing !== 'EXACT' && { drawing }), ...(search !== 'EXACT' && { search }) }
}

/** The most images that a class has in a pool: with ALL, it stands for the number of shots. */
export function largestClass(pool: readonly Pick<PoolImage, 'classIndex'>[]): number {
  const counts = new Map<number, number>()
  for (const { classIndex } of pool) counts.set(classIndex, (counts.get(classIndex) ?? 0) + 1)
  return [...counts.values()].reduce((most, count) => Math.max(most, count), 0)
}
