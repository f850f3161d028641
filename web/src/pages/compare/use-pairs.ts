import { useQuery } from 'urql'
import { PairsDocument, type PairsQuery } from '../../api/generated'
import type { Metric } from './metrics'
import type { Line } from './series'

export type Pair = NonNullable<PairsQuery['comparison']>['pairs']['nodes'][number]

/**
 * Tests every row against a baseline, by a metric. Not while the comparison runs, because each test reads the predictions of every
 * run.
 */
export function usePairs(
  id: string,
  baseline: Line | undefined,
  { measure }: Metric,
  pause: boolean,
): readonly Pair[] {
  const [{ data }] = useQuery({
    query: PairsDocument,
    variables: {
      id,
      baseline: baseline?.method.id ?? '',
      baselineSpace: baseline?.space?.id ?? null,
      measure,
    },
    pause: pause || !baseline,
  })
  return data?.comparison?.pairs.nodes ?? []
}

export const pairOf = (pairs: readonly Pair[], line: Line, shots: number): Pair | undefined =>
  pairs.find(
    (pair) =>
      pair.shots === shots &&
      pair.encoder.id === line.encoder &&
      pair.method.id === line.method.id &&
      (pair.space?.id ?? null) === (line.space?.id ?? null),
  )
