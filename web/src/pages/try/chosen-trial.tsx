import { useMemo, useState } from 'react'
import type { RegistryQuery } from '../../api/generated'
import { type DatasetOption, spacesOf, useChoices } from '../../api/use-choices'
import { useUrlState } from '../../app/url-state'
import { ButtonLink } from '../../components/button'
import { Card } from '../../components/card'
import { EmptyState } from '../../components/empty-state'
import { Checkbox, SelectField } from '../../components/field'
import { Loading } from '../../components/loading'
import { MethodMatrix, ownChoices } from '../../components/method-matrix'
import { Problems } from '../../components/problems'
import { type ChosenFile, Trial } from './trial'
import styles from './try.module.css'

/** Classifies an image with chosen methods and a support set of chosen shots and seed. */
export function ChosenTrial(chosenFile: ChosenFile) {
  const { registry, datasets, error } = useChoices()
  const [url] = useUrlState()
  const usable = datasets?.filter(hasSupport)
  const dataset = usable?.find(({ id }) => id === url.get('dataset')) ?? usable?.[0]
  return (
    <>
      <Problems error={error} />
      {!usable && !error && <Loading what="datasets" />}
      {usable && registry && dataset && (
        <Chosen
          key={dataset.id}
          registry={registry}
          datasets={usable}
          dataset={dataset}
          chosenFile={chosenFile}
        />
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
    </>
  )
}

const hasSupport = ({ counts }: DatasetOption): boolean =>
  counts.some(({ split, images }) => split === 'SUPPORT_POOL' && images > 0)

const shotChoices = [1, 2, 4, 8, 16, 32]
const seedChoices = [1, 2, 3, 4, 5]

function Chosen({
  registry,
  datasets,
  dataset,
  chosenFile,
}: {
  readonly registry: RegistryQuery
  readonly datasets: readonly DatasetOption[]
  readonly dataset: DatasetOption
  readonly chosenFile: ChosenFile
}) {
  const [url, setUrl] = useUrlState()
  const encoder = registry.encoders.find(({ id }) => id === registry.health.encoder)
  const spaces = spacesOf(registry, encoder)
  const shots = Number(url.get('shots') ?? 4)
  const seed = Number(url.get('seed') ?? 1)
  const methods = url.get('methods') ?? defaultMethods(registry, spaces)
  const [allowLongSearch, setAllowLongSearch] = useState(false)
  const question = useMemo(
    () => ({ dataset: dataset.id, shots, seed, methods, allowLongSearch }),
    [dataset.id, shots, seed, methods, allowLongSearch],
  )
  const chosen = new Set(methods.split(',').filter(Boolean))
  return (
    <Trial question={question} dataset={dataset} {...chosenFile}>
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
          <p className={styles.protocol}>
            {shots === 1
              ? 'Methods use their default hyperparameters: at one shot no image can be left out to select others.'
              : 'Hyperparameters are selected on this support set, leaving out one image of every class at a time.'}
          </p>
          <Checkbox
            label="Wait for long searches, too"
            checked={allowLongSearch}
            onChange={(event) => setAllowLongSearch(event.currentTarget.checked)}
          />
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
    </Trial>
  )
}

/** Every method in its default space, and Tip-Adapter in `shrunk`, often the best space without training. */
function defaultMethods(registry: RegistryQuery, spaces: ReturnType<typeof spacesOf>): string {
  const own = ownChoices(registry.methods, spaces)
  const shrunk = spaces.some(({ id }) => id === 'shrunk') && own.includes('tip-adapter@clip')
  return [...own, ...(shrunk ? ['tip-adapter@shrunk'] : [])].join(',')
}

const withChosen = (choices: readonly number[], chosen: number) =>
  [...new Set([...choices, chosen])]
    .sort((a, b) => a - b)
    .map((value) => ({ value: String(value), label: String(value) }))
