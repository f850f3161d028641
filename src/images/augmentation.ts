import { type Random, seeded } from '../system/random.js'

/** A crop of an image, in pixels, that may be mirrored. */
export interface View {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly mirrored: boolean
}

/** How a support image is augmented: by a number of random views, or not at all. */
export interface AugmentationRecipe {
  /** Part of the address of a stored feature. */
  readonly id: string
  /** The number of views. With one round, the view is the image itself. */
  readonly rounds: number
}

/** The recipe with this number of rounds. One round is no augmentation, as for queries. */
export function augmentationRecipe(rounds: number): AugmentationRecipe {
  return rounds === 1 ? noAugmentation : { id: `crop-flip-${rounds}`, rounds }
}

/** The image itself is the only view. */
export const noAugmentation: AugmentationRecipe = { id: 'plain', rounds: 1 }

/** The range of the share of an image's area that a support image's view shows. */
export const supportArea = { from: 0.5, to: 1 }
const aspectRatio = { from: 3 / 4, to: 4 / 3 }
const maxAttempts = 10

/**
 * The random views of an image, as in the papers: crops of 0.5 to 1 of its area with an aspect ratio of 3:4 to
 * 4:3, half of them mirrored. They depend only on the image's hash and the recipe, so a feature always has the same value.
 */
export function randomViews(
  recipe: AugmentationRecipe,
  image: { readonly id: string; readonly width: number; readonly height: number },
): View[] {
  const random = seeded('augmentation', recipe.id, image.id)
  return Array.from({ length: recipe.rounds }, () => randomView(random, image, supportArea))
}

/**
 * One random view: a crop whose share of the image's area is within `area`, mirrored with probability ½. If ten random
 * crops do not fit the image, as in a very long one, the view shows all of it.
 */
export function randomView(
  random: Random,
  image: { readonly width: number; readonly height: number },
  area: { readonly from: number; readonly to: number },
): View {
  const mirrored = random.next() < 0.5
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const pixels = image.width * image.height * (area.from + random.next() * (area.to - area.from))
    const logRatio = Math.log(aspectRatio.from) + random.next() * Math.log(aspectRatio.to / aspectRatio.from)
    const width = Math.round(Math.sqrt(pixels * Math.exp(logRatio)))
    const height = Math.round(Math.sqrt(pixels / Math.exp(logRatio)))
    if (width >= 1 && height >= 1 && width <= image.width && height <= image.height) {
      const left = random.integer(image.width - width + 1)
      const top = random.integer(image.height - height + 1)
      return { left, top, width, height, mirrored }
    }
  }
  return { left: 0, top: 0, width: image.width, height: image.height, mirrored }
}
