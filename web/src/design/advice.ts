import { count, list, plural } from './format'

/** What a dataset has, as far as advice depends on it. */
export interface Sizes {
  readonly classes: number
  /** The images of its smallest class in the support pool. */
  readonly least: number
  readonly validation: number
  readonly test: number
}

/** Numbers of shots that are usual in papers. */
const usual = [1, 2, 4, 8, 16] as const

/** The numbers of shots that every class has enough images for: the first, a middle one and the last that fit. */
export function fittingShots(least: number): number[] {
  const fitting = usual.filter((shots) => shots <= least)
  if (fitting.length <= 3) return [...fitting]
  return least >= 16 ? [1, 4, 16] : fitting.slice(-3)
}

/** Methods that disagree on a fifth of the images are common. */
const usualDisagreement = 0.2

/** The least lead, in points, that shows with this many test images, for two methods that disagree on a fifth of them. */
export const visibleLead = (images: number): number => 196 * Math.sqrt(usualDisagreement / images)

/** About how many test images show a lead of so many points; rounded up to two digits. */
export function imagesToShow(points: number): number {
  const images = usualDisagreement * (196 / points) ** 2
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(images)) - 1)
  return Math.ceil(images / unit) * unit
}

/** Fewer test images are worth a word. */
const enoughTestImages = 200

/** What a newcomer should know before comparing on a dataset; empty if all is well. */
export function adviceOn({ classes, least, validation, test }: Sizes): string[] {
  if (classes === 0) return []
  const advice: string[] = []
  if (classes === 1)
    advice.push('This dataset has one class. There is nothing to tell apart: add a second class.')
  if (least === 0)
    advice.push('A class has no images in the support pool. Every class needs at least one to learn from.')
  else if (least < 16)
    advice.push(
      `The smallest class has ${plural(least, 'image')} in the support pool, so up to ${plural(least, 'shot')} fit: ${least === 1 ? 'compare at 1 shot' : `for example ${list(fittingShots(least))}`}.`,
    )
  if (test === 0) advice.push('There are no test images, so nothing can be measured.')
  else if (test < enoughTestImages)
    advice.push(
      `With ${plural(test, 'test image')}, a lead of less than about ${Math.ceil(visibleLead(test))} points looks like a tie. About ${count(imagesToShow(5))} show a lead of 5 points.`,
    )
  if (validation === 0)
    advice.push(
      'There are no validation images. Hyperparameters are then selected on the support set, which needs no more labels.',
    )
  return advice
}

/**
 * What more test images would tell, where a result is a tie; null if that is not known. `halfWidth` is half of a 95 % interval of
 * a lead, in points, and `pairs` the number of pairs of methods that its test is corrected for.
 */
export function moreImages(
  images: number,
  halfWidth: number | null,
  tied: number,
  pairs: number,
): string | null {
  if (images === 0 || halfWidth === null || halfWidth <= 0) return null
  const visible = (halfWidth * criticalValue(0.05 / Math.max(1, pairs))) / 1.96
  if (visible <= wantedLead) return null
  const needed = images * (visible / wantedLead) ** 2
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(needed)) - 1)
  return `Why it is a tie of ${tied + 1}: with ${plural(images, 'test image')}, only a lead of about ${visible.toFixed(0)} points shows. To see a lead of ${wantedLead} points takes at least about ${count(Math.ceil(needed / unit) * unit)} test images.`
}

/** A lead that is worth knowing, in points. */
const wantedLead = 3

/** How many standard errors a difference must have for a two-sided p-value: 1.96 for 0.05. To about three digits. */
export function criticalValue(p: number): number {
  let [low, high] = [0, 8]
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2
    if (twoSided(middle) > p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** The chance of a standard normal value beyond ±z (Abramowitz and Stegun, 7.1.26). */
function twoSided(z: number): number {
  const x = z / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const sum = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  return sum * Math.exp(-x * x)
}
