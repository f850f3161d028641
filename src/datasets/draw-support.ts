import { errors } from '../errors.js'
import type { Drawing, Search, Split } from '../store/enums.js'
import { type ClassRanks, imagesPerPart, type SplitList } from '../store/image-lists.js'
import type { Store } from '../store/store.js'
import type { SupportImageRow } from '../store/support-sets.js'
import { seeded } from '../system/random.js'
import { createYieldToEventLoop } from '../system/yield-to-event-loop.js'
import { batches } from './batches.js'

interface Draw {
  readonly shots: number
  readonly drawing: Drawing
  readonly seed: number
}

/**
 * Draws a support set from a support pool: `shots` random images of every class, in the order of the classes. The draw depends
 * on the seed and on which images the pool has, but not on their order. With the same seed, a draw with fewer shots is a subset
 * of a draw with more, and a class with enough images gives the same ones with AT_MOST as with EXACT. The database sorts and
 * picks, so that only drawn images are read. Throws as `drawRanks`.
 */
export async function drawSupport(
  { imageLists }: Pick<Store, 'imageLists'>,
  pool: { readonly datasetId: string; readonly last?: number | null | undefined },
  classNames: readonly string[],
  draw: Draw,
): Promise<SupportImageRow[]> {
  const yieldToEventLoop = createYieldToEventLoop()
  for (;;) {
    const given: SplitList = { ...pool, split: 'SUPPORT_POOL' }
    const version = await imageLists.version(given)
    const list = { ...given, last: version.last }
    const counts = await poolSizes({ imageLists }, list, classNames.length)
    const ranks: number[][] = []
    for (const [classIndex, className] of classNames.entries()) {
      ranks.push(drawRanks(counts[classIndex] ?? 0, className, draw))
      await yieldToEventLoop()
    }
    const images = await imagesAt(imageLists, list, counts, ranks)
    // Once more if somebody moved or removed images meanwhile.
    if ((await imageLists.version(list)).revision === version.revision) return images
  }
}

/** The number of images of each class in a support pool, [C]. */
export async function poolSizes(
  { imageLists }: Pick<Store, 'imageLists'>,
  { datasetId, last }: { readonly datasetId: string; readonly last?: number | null | undefined },
  classes: number,
): Promise<number[]> {
  const counts = new Array<number>(classes).fill(0)
  for (const { classIndex, images } of await imageLists.counts({ datasetId, last, split: 'SUPPORT_POOL' })) {
    if (classIndex < classes) counts[classIndex] = images
  }
  return counts
}

/**
 * The ranks of the drawn images of a class among its image ids, in the order of the draw. A class with fewer than `shots`
 * images fails with EXACT, and is taken whole with AT_MOST; with ALL every class is. Throws CLASS_WITHOUT_IMAGES or
 * NOT_ENOUGH_IMAGES with the class and its number of images.
 */
export function drawRanks(has: number, className: string, { shots, drawing, seed }: Draw): number[] {
  if (has === 0) throw errors.classWithoutImages({ className }, 'shots')
  if (drawing === 'EXACT' && has < shots) throw errors.notEnoughImages({ className, has, shots }, 'shots')
  const ranks = Array.from({ length: has }, (_, rank) => rank)
  const shuffled = seeded('support set', seed, className).shuffled(ranks)
  return drawing === 'ALL' ? shuffled : shuffled.slice(0, shots)
}

/** Classes of more images are read in parts, because ranking them at once would hold the event loop. */
const maxRanked = 4 * imagesPerPart

async function imagesAt(
  imageLists: Store['imageLists'],
  list: SplitList,
  counts: readonly number[],
  ranks: readonly (readonly number[])[],
): Promise<SupportImageRow[]> {
  const yieldToEventLoop = createYieldToEventLoop()
  const idOf: (string | undefined)[][] = []
  const groups: (ClassRanks & { readonly split: Split; readonly images: number })[] = []
  for (const [classIndex, own] of ranks.entries()) {
    idOf.push([])
    groups.push({ split: list.split, classIndex, ranks: own, images: counts[classIndex] ?? 0 })
    await yieldToEventLoop()
  }
  for await (const some of batches(groups, imagesPerPart)) {
    for await (const [classIndex, rank, imageId] of some[0].images > maxRanked
      ? idsInParts(imageLists, list, some[0])
      : idsAtRanks(imageLists, list, some)) {
      const ids = idOf[classIndex]
      if (ids) ids[rank] = imageId
    }
    await yieldToEventLoop()
  }
  const images: SupportImageRow[] = []
  for (const [classIndex, own] of ranks.entries()) {
    for (const rank of own) {
      const imageId = idOf[classIndex]?.[rank]
      // Removed meanwhile; the caller draws once more.
      if (imageId !== undefined) images.push({ imageId, classIndex })
    }
    await yieldToEventLoop()
  }
  return images
}

type Ranked = readonly [classIndex: number, rank: number, imageId: string]

async function* idsAtRanks(
  imageLists: Store['imageLists'],
  list: SplitList,
  groups: readonly ClassRanks[],
): AsyncGenerator<Ranked> {
  for (const { classIndex, rank, imageId } of await imageLists.atRanks(list, groups)) {
    yield [classIndex, rank, imageId]
  }
}

async function* idsInParts(
  imageLists: Store['imageLists'],
  list: SplitList,
  { classIndex, ranks }: ClassRanks,
): AsyncGenerator<Ranked> {
  const yieldToEventLoop = createYieldToEventLoop()
  const wanted = new Set(ranks)
  let from = 0
  for (let part = await imageLists.idsOfClass(list, classIndex, ''); part; ) {
    const ids = part.text.split(',')
    for (const [i, imageId] of ids.entries()) {
      if (wanted.has(from + i)) yield [classIndex, from + i, imageId]
    }
    from += ids.length
    await yieldToEventLoop()
    part = await imageLists.idsOfClass(list, classIndex, part.last)
  }
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

/** The number of images of each class, [C]. */
export function sizesOf(images: readonly Pick<SupportImageRow, 'classIndex'>[], classes: number): number[] {
  const sizes = new Array<number>(classes).fill(0)
  for (const { classIndex } of images) sizes[classIndex] = (sizes[classIndex] ?? 0) + 1
  return sizes
}

/** The most images that a class has: with ALL and LISTED, it stands for the number of shots. */
export const largestClass = (sizes: readonly number[]): number =>
  sizes.reduce((most, size) => Math.max(most, size), 0)
