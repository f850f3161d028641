import { useQuery } from 'urql'
import { OverlapDocument, type Split } from '../../api/generated'
import { type DatasetOption, useChoices } from '../../api/use-choices'
import { useUrlState } from '../../app/url-state'
import { ButtonLink } from '../../components/button'
import { Card } from '../../components/card'
import { Choice } from '../../components/choice'
import { EmptyState } from '../../components/empty-state'
import { SelectField } from '../../components/field'
import { Loading } from '../../components/loading'
import { Page } from '../../components/page'
import { Problems } from '../../components/problems'
import { plural } from '../../design/format'
import { CorrelationCard } from './correlation'
import { ModalityGap } from './modality-gap'
import styles from './overlap.module.css'
import { SpaceFigure } from './space-figure'
import { SpacesTable } from './spaces-table'

const splits: readonly { value: Split; label: string }[] = [
  { value: 'TEST', label: 'Test' },
  { value: 'VALIDATION', label: 'Validation' },
  { value: 'SUPPORT_POOL', label: 'Support pool' },
]

/** The overlap of similarities within classes and between classes, by space. */
export function OverlapPage() {
  const { datasets, error } = useChoices()
  const [url, setUrl] = useUrlState()
  const dataset = datasets?.find(({ id }) => id === url.get('dataset')) ?? datasets?.[0]
  const split = splits.find(({ value }) => value === url.get('split'))?.value ?? 'TEST'
  return (
    <Page
      title="Overlap"
      note="CLIP learns to match images with texts, not to separate different images. So images of different classes can look similar to it, and the two distributions overlap. The paper that measured this (Kravets and Namboodiri, 2024) found that less overlap goes with more accuracy; below you see whether it does in your comparisons."
      actions={
        datasets &&
        dataset && (
          <>
            <SelectField
              inline
              label="Dataset"
              value={dataset.id}
              options={datasets.map(({ id, name }) => ({ value: id, label: name }))}
              onChange={(id) => setUrl({ dataset: id })}
            />
            <Choice
              label="Images"
              value={split}
              options={splits}
              onChange={(value) => setUrl({ split: value === 'TEST' ? undefined : value })}
            />
          </>
        )
      }
    >
      <Problems error={error} />
      {!datasets && !error && <Loading what="datasets" />}
      {datasets && !dataset && (
        <EmptyState
          title="No dataset to measure"
          action={
            <ButtonLink tone="primary" href="/datasets/new">
              New dataset
            </ButtonLink>
          }
        />
      )}
      {dataset && <Report dataset={dataset} split={split} />}
    </Page>
  )
}

function Report({ dataset, split }: { readonly dataset: DatasetOption; readonly split: Split }) {
  const [{ data, error, fetching }] = useQuery({
    query: OverlapDocument,
    variables: { input: { source: { dataset: dataset.id }, split, bins: 200 } },
    requestPolicy: 'cache-first',
  })
  if (error) return <Problems error={error} />
  if (!data || fetching) return <Loading what="similarities" />
  const { spaces, modalityGap } = data.overlap
  const [first] = spaces
  const ordered = spaces.toSorted((a, b) => a.overlap.value - b.overlap.value)
  return (
    <>
      <div className={styles.figures}>
        {spaces.map((space) => (
          <SpaceFigure key={space.space.id} space={space} />
        ))}
      </div>
      <Card
        title="Measures by space"
        note={
          first &&
          `All pairs of ${plural(first.images, 'image')}${first.sampled ? ', a seeded sample' : ''}. Fitted spaces are fitted on the whole support pool. Overlap with a 95 % bootstrap interval.`
        }
        flush
      >
        <SpacesTable spaces={ordered} />
      </Card>
      <CorrelationCard dataset={dataset.id} />
      <ModalityGap gap={modalityGap} />
    </>
  )
}
