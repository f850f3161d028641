import type { ReactNode } from 'react'
import { useQuery } from 'urql'
import { RunMapDocument } from '../../api/generated'
import { spacesOf, useChoices } from '../../api/use-choices'
import { useUrlState } from '../../app/url-state'
import { EmptyState } from '../../components/empty-state'
import { Loading } from '../../components/loading'
import { Problems } from '../../components/problems'
import { ImageMap } from '../../map/image-map'
import { useLatest } from '../../map/use-latest'
import { keyOf, type Line } from './series'
import { useRuns } from './use-runs'

/** The test images of a comparison as points, with what a method predicts for them. */
export function MapTab({
  id,
  line,
  shots,
  testDataset,
  tools,
}: {
  readonly id: string
  readonly line: Line
  readonly shots: number
  readonly testDataset: string
  readonly tools: ReactNode
}) {
  const [url, setUrl] = useUrlState()
  const { registry } = useChoices()
  const { comparison, error: runsError } = useRuns(id)
  const run = comparison?.runs.nodes.find(
    (each) =>
      each.status === 'SUCCEEDED' &&
      each.shots === shots &&
      each.encoder.id === line.encoder &&
      keyOf(each) === line.key,
  )
  const own = line.space?.id ?? 'clip'
  const space = url.get('space') ?? own
  const [{ data, error, fetching }] = useQuery({
    query: RunMapDocument,
    variables: { id: run?.id ?? '', space },
    pause: !run,
    requestPolicy: 'cache-first',
  })
  const { value, isOld } = useLatest(data?.run ?? undefined, fetching)
  if (runsError) return <Problems error={runsError} />
  if (!comparison) return <Loading what="the runs" />
  if (!run) return <EmptyState title="No run of this method has finished" />
  const encoder = registry?.encoders.find((each) => each.id === line.encoder)
  return (
    <ImageMap
      map={value?.map}
      {...{ isOld, error, space, tools }}
      dataset={testDataset}
      names={value?.dataset.classes.nodes.map(({ name }) => name) ?? []}
      spaces={registry ? spacesOf(registry, encoder) : [{ id: space, name: space }]}
      onSpace={(next) => setUrl({ space: next === own ? undefined : next })}
    />
  )
}
