import { errors } from '../errors.js'
import type { Statistic } from '../evaluation/statistics/statistic.js'
import type { ComparisonRow } from '../store/comparisons.js'
import type { Store } from '../store/store.js'
import type { Comparisons } from './comparisons.js'
import type { ComparedRow, RowStatistics } from './row-statistics.js'
import type { RunResults } from './run-results.js'

/** A method in a space at a number of shots, in one comparison and in another. */
export interface RowDifference {
  readonly encoder: string
  readonly otherEncoder: string
  readonly method: string
  readonly space: string | null
  readonly shots: number
  readonly accuracy: Statistic
  readonly otherAccuracy: Statistic
  /** The accuracy minus the other one, in percentage points, with its 95 % interval. */
  readonly difference: number
  readonly low: number
  readonly high: number
  /** Whether both were measured on the same images and support sets, so that images are compared one by one. */
  readonly paired: boolean
}

/**
 * What two comparisons both have, and how far they are apart. Rows that have their encoder in common are matched by it; the
 * others by method, space and shots, each comparison's first encoder. Throws INVALID_VALUE for a comparison with itself.
 */
export type SideBySide = (comparison: ComparisonRow, other: ComparisonRow) => Promise<RowDifference[]>

export function createSideBySide({
  store,
  comparisons,
  rowStatistics,
  runResults,
}: {
  readonly store: Pick<Store, 'comparisons'>
  readonly comparisons: Pick<Comparisons, 'rows'>
  readonly rowStatistics: RowStatistics
  readonly runResults: RunResults
}): SideBySide {
  const rowsOf = async ({ id }: ComparisonRow): Promise<ComparedRow[]> =>
    (await comparisons.rows(await store.comparisons.runs(id))).filter(({ error }) => error === undefined)

  /** Whether rows were measured on the same test images, as far as their labels tell, and share a support set. */
  async function isSameTest(row: ComparedRow, other: ComparedRow): Promise<boolean> {
    for (const { id, seed } of row.runs) {
      const partner = other.runs.find((run) => run.seed === seed)
      if (!partner) continue
      const [mine, theirs] = await Promise.all([runResults.read(id), runResults.read(partner.id)])
      return (
        mine.labels.length === theirs.labels.length &&
        mine.labels.every((label, i) => label === theirs.labels[i])
      )
    }
    return false
  }

  return async (comparison, other) => {
    if (comparison.id === other.id)
      throw errors.invalidValue({ reason: 'A comparison does not differ from itself.' }, 'other')
    const [own, others] = await Promise.all([rowsOf(comparison), rowsOf(other)])
    const isSameImages = testedOn(comparison) === testedOn(other) && comparison.datasetId === other.datasetId
    const found: RowDifference[] = []
    for (const row of own) {
      const partner = partnerOf(row, others, own)
      if (!partner) continue
      const { method, space, shots, accuracy } = row
      const known = isSameImages && (await isSameTest(row, partner))
      const paired = known ? await rowStatistics.difference(row, partner, 'accuracy', own) : null
      found.push({
        ...{ method, space, shots, accuracy, otherAccuracy: partner.accuracy },
        encoder: row.encoder ?? comparison.encoder,
        otherEncoder: partner.encoder ?? other.encoder,
        ...(paired && paired.low !== null && paired.high !== null
          ? { difference: paired.mean, low: paired.low, high: paired.high, paired: true }
          : { ...independentDifference(accuracy, partner.accuracy), paired: false }),
      })
    }
    return found
  }
}

const testedOn = ({ datasetId, testDatasetId }: ComparisonRow): string => testDatasetId ?? datasetId

function partnerOf(
  row: ComparedRow,
  others: readonly ComparedRow[],
  own: readonly ComparedRow[],
): ComparedRow | undefined {
  const isSame = (a: ComparedRow, b: ComparedRow) =>
    a.method === b.method && a.space === b.space && a.shots === b.shots
  const alike = others.filter((each) => isSame(each, row))
  const sameEncoder = alike.find(({ encoder }) => encoder === row.encoder)
  if (sameEncoder) return sameEncoder
  // With different encoders, only the first of each comparison is meant.
  return own.find((each) => isSame(each, row)) === row ? alike[0] : undefined
}

/**
 * The difference of two means that were measured on different images, with an interval from both intervals (MOVER: Zou and
 * Donner, 2008, equation 3): the squares of their arms add up.
 */
export function independentDifference(
  a: Pick<Statistic, 'mean' | 'low' | 'high'>,
  b: Pick<Statistic, 'mean' | 'low' | 'high'>,
): { readonly difference: number; readonly low: number; readonly high: number } {
  const difference = a.mean - b.mean
  return {
    difference,
    low: difference - Math.hypot(a.mean - a.low, b.high - b.mean),
    high: difference + Math.hypot(a.high - a.mean, b.mean - b.low),
  }
}
