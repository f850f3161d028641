import { studentPValue } from './student.js'

/** Above this number of images, the exact distribution is so close to Student's that the latter is used. */
const maxExact = 4000

/**
 * Tests whether two methods differ on the same test images over several seeds. `differences` has, per image, the
 * number of seeds where only the first method is right minus the number where only the second is right. If both are
 * equally good, each difference has either sign with equal probability. The two-sided p-value is the share of all
 * sign flips whose sum is at least as far from 0.
 *
 * More seeds do not count as more images, which would make p-values too small (Durkalski et al. 2003 give the same
 * statistic for clustered pairs). With one seed it is McNemar's exact test. Exact for up to 4,000 images that differ;
 * above, Student's paired t-test.
 */
export function signFlipTest(differences: readonly number[]): number {
  const sizes = differences.filter((difference) => difference !== 0).map(Math.abs)
  if (sizes.length > maxExact) return pairedTTest(differences)
  const sum = Math.abs(differences.reduce((total, difference) => total + difference, 0))
  const total = sizes.reduce((all, size) => all + size, 0)
  // The sum of a flip is `total` minus twice the flipped amount.
  const flipped = new Float64Array(total + 1)
  flipped[0] = 1
  let reach = 0
  for (const size of sizes) {
    for (let at = reach; at >= 0; at--) {
      const half = (flipped[at] as number) / 2
      flipped[at] = half
      flipped[at + size] = (flipped[at + size] as number) + half
    }
    reach += size
  }
  let tail = 0
  for (let at = 0; total - 2 * at >= sum && at <= total; at++) tail += flipped[at] as number
  return sum === 0 ? 1 : Math.min(1, 2 * tail)
}

/** The p-value of Student's paired t-test for a mean difference of 0; 1 for fewer than two differences. */
export function pairedTTest(differences: readonly number[]): number {
  const n = differences.length
  if (n < 2) return 1
  const mean = differences.reduce((sum, value) => sum + value, 0) / n
  const squares = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  if (mean === 0) return 1
  return studentPValue(mean / Math.sqrt(squares / (n - 1) / n), n - 1)
}
