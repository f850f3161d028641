import { seeded } from '../system/random.js'

/** The split of a dataset without splits: shares of every class's images, and a seed. */
export interface SplitRule {
  /** The shares add up to 1. */
  readonly supportPool: number
  readonly validation: number
  readonly test: number
  readonly seed: number
}

/** The default shares, as in published few-shot splits: 50 % support pool, 20 % validation, 30 % test. */
export const defaultSplitRule: SplitRule = { supportPool: 0.5, validation: 0.2, test: 0.3, seed: 1 }

type Split = 'SUPPORT_POOL' | 'TEST' | 'VALIDATION'

/**
 * Splits the images of one class: shuffles them by the seed and the class's name, then divides them by the shares,
 * with the largest remainder method. The result depends on the images' names, not on their order. Returns the split
 * of each image.
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

/** Whole numbers of images by the largest remainder method. Ties go to the first split in the list. */
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
    // Rounding must not turn a share such as 0.3 of 10 into slightly less than 3.
    const images = Math.floor(exact + 1e-9)
    return { split, images, owed: exact - images }
  })
  const left = total - shares.reduce((sum, { images }) => sum + images, 0)
  const byDebt = shares.toSorted((a, b) => b.owed - a.owed)
  for (const each of byDebt.slice(0, left)) each.images++
  return shares
}
