import { useMemo, useState } from 'react'
import type { RegistryQuery } from '../../api/generated'
import { type DatasetOption, spacesOf, useChoices } from '../../api/use-choices'
import { useUrlState } from '../../app/url-state'
import { ButtonLink } from '../../components/button'
import { Card } from '../../components/card'
import { EmptyState } from '../../components/empty-state'
import { SelectField } from '../../components/field'
import { Loading } from '../../components/loading'
import { MethodMatrix, ownChoices } from '../../components/method-matrix'
import { Page } from '../../components/page'
import { Problems } from '../../components/problems'
import { Answers } from './answers'
import { ImageSource } from './image-source'
import styles from './try.module.css'
import { type Subject, usePrediction } from './use-prediction'

/** Classifies one image with several methods. */
export function TryPage() {
  const { registry, datasets, error } = useChoices()
  const [url] = useUrlState()
  const usable = datasets?.filter(hasSupport)
  const dataset = usable?.find(({ id }) => id === url.get('dataset')) ?? usable?.[0]
  return (
    <Page
      title="Try"
      note="Drop or paste an image, or choose a test image. See the predictions of all methods side by side, and the reasons for them."
    >
      <Problems error={error} />
      {!usable && !error && <Loading what="datasets" />}
      {usable && registry && dataset && (
        <Trial key={dataset.id} registry={registry} datasets={usable} dataset={dataset} />
      )}
      {usable && !dataset && (
        <EmptyState
          title="No dataset to learn from"
          action={
            <ButtonLink tone="primary" href="/datasets/new">
              New dataset
            </ButtonLink>
          }
        >
          Methods need a few labelled images of each class. Import them first.
        </EmptyState>
      )}
    </Page>
  )
}

const hasSupport = ({ counts }: DatasetOption): boolean =>
  counts.some(({ split, images }) => split === 'SUPPORT_POOL' && images > 0)

const shotChoices = [1, 2, 4, 8, 16, 32]
const seedChoices = [1, 2, 3, 4, 5]

function Trial({
  registry,
  datasets,
  dataset,
}: {
  readonly registry: RegistryQuery
  readonly datasets: readonly DatasetOption[]
  readonly dataset: DatasetOption
}) {
  const [url, setUrl] = useUrlState()
  const [file, setFile] = useState<File>()
  const encoder = registry.encoders.find(({ id }) => id === registry.health.encoder)
  const spaces = spacesOf(registry, encoder)
  const shots = Number(url.get('shots') ?? 4)
  const seed = Number(url.get('seed') ?? 1)
  const methods = url.get('methods') ?? defaultMethods(registry, spaces)
  const imageId = url.get('image')
  const subject = useMemo<Subject | undefined>(
    () => (imageId !== null ? { id: imageId } : file && { upload: file }),
    [imageId, file],
  )
  const question = { dataset: dataset.id, shots, seed, methods }
  const { prediction, error, fetching } = usePrediction(question, subject)
  const chosen = new Set(methods.split(',').filter(Boolean))
  return (
    <div className={styles.trial}>
      <div className={styles.side}>
        <Card title="Image">
          <ImageSource
            dataset={dataset.id}
            classes={dataset.classes.length}
            chosen={imageId ?? undefined}
            file={imageId === null ? file : undefined}
            onImage={(id) => setUrl({ image: id })}
            onFile={(next) => {
              setFile(next)
              setUrl({ image: undefined })
            }}
          />
        </Card>
        <Card title="Support set">
          <div className={styles.fields}>
            <SelectField
              label="Dataset"
              value={dataset.id}
              options={datasets.map(({ id, name }) => ({ value: id, label: name }))}
              onChange={(id) => setUrl({ dataset: id, image: undefined })}
            />
            <div className={styles.pair}>
              <SelectField
                label="Shots"
                value={String(shots)}
                options={withChosen(shotChoices, shots)}
                onChange={(value) => setUrl({ shots: value })}
              />
              <SelectField
                label="Seed"
                value={String(seed)}
                options={withChosen(seedChoices, seed)}
                onChange={(value) => setUrl({ seed: value })}
              />
            </div>
          </div>
        </Card>
        <details className={styles.methods}>
          <summary>Methods ({chosen.size})</summary>
          <MethodMatrix
            methods={registry.methods}
            spaces={spaces}
            chosen={chosen}
            onChange={(next) => setUrl({ methods: [...next].join(',') })}
          />
        </details>
      </div>
      <div className={styles.main} aria-busy={fetching}>
        <Problems error={error} />
        {prediction && subject ? (
          <Answers prediction={prediction} dataset={dataset.id} />
        ) : fetching ? (
          <Loading what="predictions" />
        ) : (
          !error && (
            <EmptyState title="No image yet">
              Choose a test image on the left, drop a file there, or paste an image.
            </EmptyState>
          )
        )}
      </div>
    </div>
  )
}

/** Every method in its default space, and Tip-Adapter in `whitened`, often the best space without training. */
function defaultMethods(registry: RegistryQuery, spaces: ReturnType<typeof spacesOf>): string {
  const own = ownChoices(registry.methods, spaces)
  const whitened = spaces.some(({ id }) => id === 'whitened') && own.includes('tip-adapter@clip')
  return [...own, ...(whitened ? ['tip-adapter@whitened'] : [])].join(',')
}

const withChosen = (choices: readonly number[], chosen: number) =>
  [...new Set([...choices, chosen])]
    .sort((a, b) => a - b)
    .map((value) => ({ value: String(value), label: String(value) }))
