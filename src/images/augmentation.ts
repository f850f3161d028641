import { type Random, seeded } from '../system/random.js'

/** A part of an image, in its pixels, and whether it is mirrored. */
export interface View {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly mirrored: boolean
}

/** How support images are augmented: so many random views, or the image as it is. */
export interface AugmentationRecipe {
  /** Part of a stored feature's address. */
  readonly id: string
  readonly rounds: number
}

/** One round means the image itself, as for queries; more mean so many random views, averaged. */
export function augmentationRecipe(rounds: number): AugmentationRecipe {
  return rounds === 1 ? plain : { id: `crop-flip-${rounds}`, rounds }
}

/** No augmentation. */
export const plain: AugmentationRecipe = { id: 'plain', rounds: 1 }

/** How much of an image's area a support image's view shows. */
export const supportArea = { from: 0.5, to: 1 }
const ratio = { from: 3 / 4, to: 4 / 3 }
const attempts = 10

/**
 * The random views of an image: a crop of 0.5 to 1 of its area with an aspect ratio of 3:4 to 4:3, mirrored half of the
 * time, as in the papers. They depend on the image's hash and the recipe alone, so that a feature has one value.
 */
export function randomViews(
  recipe: AugmentationRecipe,
  image: { readonly id: string; readonly width: number; readonly height: number },
): View[] {
  const random = seeded('augmentation', recipe.id, image.id)
  return Array.from({ length: recipe.rounds }, () => randomView(random, image, supportArea))
}

/** One random view: a crop of a share of the area within `area`, mirrored half of the time. */
export function randomView(
  random: Random,
  image: { readonly width: number; readonly height: number },
  area: { readonly from: number; readonly to: number },
): View {
  const mirrored = random.next() < 0.5
  for (let attempt = 0; attempt < attempts; attempt++) {
    const pixels = image.width * image.height * (area.from + random.next() * (area.to - area.from))
    const logRatio = Math.log(ratio.from) + random.next() * Math.log(ratio.to / ratio.from)
    const width = Math.round(Math.sqrt(pixels * Math.exp(logRatio)))
    const height = Math.round(Math.sqrt(pixels / Math.exp(logRatio)))
    if (width >= 1 && height >= 1 && width <= image.width && height <= image.height) {
      const left = random.integer(image.width - width + 1)
      const top = random.integer(image.height - height + 1)
      return { left, top, width, height, mirrored }
    }
  }
  // Where no such crop is found, as in a long image, the view is all of it.
  return { left: 0, top: 0, width: image.width, height: image.height, mirrored }
}
