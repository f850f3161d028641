import { useEffect, useState } from 'react'
import { useClient, useQuery } from 'urql'
import { ComparisonRunsDocument, type ComparisonRunsQuery, RunDetailsDocument } from '../../api/generated'
import { keyOf, type Line } from './series'

type RunsOfComparison = NonNullable<ComparisonRunsQuery['comparison']>
export type Run = RunsOfComparison['runs']['nodes'][number]

/** The runs of a comparison and the classes of its dataset. Undefined until loaded. */
export function useRuns(id: string) {
  const [{ data, error }] = useQuery({
    query: ComparisonRunsDocument,
    variables: { id },
    requestPolicy: 'cache-first',
  })
  return { comparison: data?.comparison ?? undefined, error }
}

/** Counts of test images by true class (row) and predicted class (column), summed over the seeds of a line. */
export type Confusion = readonly (readonly number[])[]

export function useConfusion(
  runs: readonly Run[] | undefined,
  line: Line,
  shots: number,
): Confusion | undefined {
  const client = useClient()
  const [confusion, setConfusion] = useState<{ readonly of: string; readonly sum: Confusion }>()
  const ids = (runs ?? [])
    .filter((run) => run.shots === shots && run.encoder.id === line.encoder)
    .filter((run) => run.status === 'SUCCEEDED' && keyOf(run) === line.key)
    .map((run) => run.id)
    .join(' ')
  useEffect(() => {
    let active = true
    const read = async (id: string) =>
      (await client.query(RunDetailsDocument, { id }, { requestPolicy: 'cache-first' })).data?.run?.confusion
    Promise.all(ids.split(' ').filter(Boolean).map(read)).then((all) => {
      if (active) setConfusion({ of: ids, sum: summed(all.flatMap((each) => (each ? [each] : []))) })
    })
    return () => {
      active = false
    }
  }, [client, ids])
  return confusion?.of === ids && ids !== '' ? confusion.sum : undefined
}

function summed(matrices: readonly Confusion[]): Confusion {
  const [first = [], ...others] = matrices
  return first.map((row, i) =>
    row.map((value, j) => others.reduce((sum, other) => sum + (other[i]?.[j] ?? 0), value)),
  )
}
