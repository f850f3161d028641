import { seeded } from '../system/random.js'

/** How a dataset that comes without splits is split: shares of every class's images, and the seed they are drawn by. */
export interface SplitRule {
  /** Together 1. */
  readonly supportPool: number
  readonly validation: number
  readonly test: number
  readonly seed: number
}

/** Half to draw support sets from, a fifth to select on and the rest to measure on, as published few-shot splits have it. */
export const defaultSplitRule: SplitRule = { supportPool: 0.5, validation: 0.2, test: 0.3, seed: 1 }

type Split = 'SUPPORT_POOL' | 'TEST' | 'VALIDATION'

/**
 * Splits the images of one class: shuffled by the seed and the class's name, then dealt out by the rule's shares, what
 * rounding leaves to the split that is owed most. It depends on the images' names and not on their order. Returns the
 * split of each image.
 */
export function splitClass(
  className: string,
  images: readonly string[],
  rule: SplitRule,
): Map<string, Split> {
  const shuffled = seeded('split', rule.seed, className).shuffled([...images].sort())
  const splits = new Map<string, Split>()
  let from = 0
  for (const { split, images: count } of shareOut(images.length, rule)) {
    for (const image of shuffled.slice(from, from + count)) splits.set(image, split)
    from += count
  }
  return splits
}

/** Whole numbers of images by the rule's shares, by the largest remainder; ties go to the split that stands first here. */
function shareOut(
  total: number,
  { supportPool, test, validation }: SplitRule,
): { split: Split; images: number }[] {
  const shares = [
    { split: 'SUPPORT_POOL' as const, share: supportPool },
    { split: 'TEST' as const, share: test },
    { split: 'VALIDATION' as const, share: validation },
  ].map(({ split, share }) => {
    const exact = share * total
    // A share such as 0.3 of 10 must not fall short of 3 by the last bit.
    const images = Math.floor(exact + 1e-9)
    return { split, images, owed: exact - images }
  })
  const left = total - shares.reduce((sum, { images }) => sum + images, 0)
  const byDebt = shares.toSorted((a, b) => b.owed - a.owed)
  for (const each of byDebt.slice(0, left)) each.images++
  return shares
}
