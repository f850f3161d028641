import { errors } from '../errors.js'
import type { DatasetImageRow } from '../store/datasets.js'
import type { Drawing } from '../store/enums.js'
import type { SupportImageRow } from '../store/support-sets.js'
import { firstRepeated } from '../system/first-repeated.js'

/**
 * The support set of a list of images: class by class, and ordered by id within a class, so the order of the list does not
 * count. `images` are those of the list that the dataset has. Throws, with the place in the list as argument, EMPTY_LIST, DUPLICATE_ENTRY,
 * UNKNOWN_IMAGE, INVALID_VALUE for an image outside of the support pool, or CLASS_WITHOUT_IMAGES.
 */
export function listedSupport(
  listed: readonly string[],
  images: readonly DatasetImageRow[],
  classNames: readonly string[],
  argument: string,
): SupportImageRow[] {
  if (listed.length === 0) throw errors.emptyList({ what: 'image' }, argument)
  const repeated = firstRepeated(listed)
  if (repeated >= 0) {
    throw errors.duplicateEntry({ what: 'image', name: String(listed[repeated]) }, `${argument}[${repeated}]`)
  }
  const known = new Map(images.map((image) => [image.imageId, image]))
  const byClass: SupportImageRow[][] = classNames.map(() => [])
  for (const [i, imageId] of listed.entries()) {
    const image = known.get(imageId)
    if (!image) throw errors.notInDataset({ id: imageId }, `${argument}[${i}]`)
    if (image.split !== 'SUPPORT_POOL') throw outsidePool(image, `${argument}[${i}]`)
    byClass[image.classIndex]?.push({ imageId, classIndex: image.classIndex })
  }
  return byClass.flatMap((members, classIndex) => {
    if (members.length === 0) {
      throw errors.classNotListed({ className: classNames[classIndex] as string }, argument)
    }
    return members.sort((a, b) => (a.imageId < b.imageId ? -1 : 1))
  })
}

/** A test image among the support images would be measured on itself, and a validation image selected on itself. */
function outsidePool({ imageId, split }: DatasetImageRow, argument: string) {
  const kind = split === 'TEST' ? 'a test' : 'a validation'
  const reason = `Image ${imageId} is ${kind} image. Support images come from the support pool. Leave it out, or move it there first.`
  return errors.invalidValue({ reason }, argument)
}

/**
 * How a support set is taken: as asked for; otherwise LISTED if images are listed, and EXACT if not. Throws INVALID_VALUE if a
 * list comes with another drawing, or LISTED without a list.
 */
export function drawingOf(
  asked: Drawing | null | undefined,
  listed: readonly string[] | null | undefined,
  argument: string,
): Drawing {
  const drawing = asked ?? (listed == null ? 'EXACT' : 'LISTED')
  if (listed != null && drawing !== 'LISTED') {
    const reason = `With ${drawing} the images are not listed. Leave out the drawing or the images.`
    throw errors.invalidValue({ reason }, argument)
  }
  if (listed == null && drawing === 'LISTED') {
    throw errors.invalidValue({ reason: 'LISTED needs the list of the support images.' }, argument)
  }
  return drawing
}
