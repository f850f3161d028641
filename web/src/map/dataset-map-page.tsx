import { useQuery } from 'urql'
import { Link, useParams } from 'wouter'
import { DatasetMapDocument } from '../api/generated'
import { spacesOf, useChoices } from '../api/use-choices'
import { useUrlState } from '../app/url-state'
import { SelectField } from '../components/field'
import { Page } from '../components/page'
import { Problems } from '../components/problems'
import { ImageMap } from './image-map'
import { useLatest } from './use-latest'

/** All images of a dataset as points. */
export function DatasetMapPage() {
  const { id = '' } = useParams()
  const [url, setUrl] = useUrlState()
  const { registry, error: choicesError } = useChoices()
  const encoder = registry?.encoders.find(
    (each) => each.id === (url.get('encoder') ?? registry.health.encoder),
  )
  const space = url.get('space') ?? 'clip'
  const [{ data, error, fetching }] = useQuery({
    query: DatasetMapDocument,
    variables: { id, space, encoder: url.get('encoder') },
    requestPolicy: 'cache-first',
  })
  const { value: dataset, isOld } = useLatest(data?.dataset ?? undefined, fetching)
  return (
    <Page
      title={dataset ? `Map of ${dataset.name}` : 'Map'}
      above={<Link href={`/datasets/${id}`}>The dataset</Link>}
    >
      <Problems error={choicesError} />
      <ImageMap
        map={dataset?.map}
        {...{ isOld, error, space }}
        dataset={id}
        names={dataset?.classes.nodes.map(({ name }) => name) ?? []}
        spaces={registry ? spacesOf(registry, encoder) : [{ id: space, name: space }]}
        onSpace={(value) => setUrl({ space: value === 'clip' ? undefined : value })}
        tools={
          registry &&
          registry.encoders.length > 1 && (
            <SelectField
              inline
              label="Encoder"
              value={encoder?.id ?? ''}
              options={registry.encoders.map((each) => ({ value: each.id, label: each.name }))}
              onChange={(value) => setUrl({ encoder: value === registry.health.encoder ? undefined : value })}
            />
          )
        }
      />
    </Page>
  )
}
