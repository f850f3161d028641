import { type FormEvent, useState } from 'react'
import { useMutation } from 'urql'
import { Link, useLocation } from 'wouter'
import { useHistoryState } from 'wouter/use-browser-location'
import {
  CompareDocument,
  type KlScaling,
  type RegistryQuery,
  type Search,
  type Selection,
} from '../../api/generated'
import { problemsAt, problemsElsewhere, problemsOf } from '../../api/problem'
import { type DatasetOption, spacesOf, useChoices } from '../../api/use-choices'
import { useUrlState } from '../../app/url-state'
import { Button, ButtonLink } from '../../components/button'
import { Card } from '../../components/card'
import { EmptyState } from '../../components/empty-state'
import { FieldProblems, SelectField, TextField } from '../../components/field'
import { Loading } from '../../components/loading'
import { choiceOf, MethodMatrix, ownChoices } from '../../components/method-matrix'
import { Notice } from '../../components/notice'
import { parseNumbers } from '../../components/numbers'
import { Page } from '../../components/page'
import { ProblemList, Problems } from '../../components/problems'
import { RadioField } from '../../components/radio-field'
import { count, plural } from '../../design/format'
import { scalingWords, searchWords, selectionWords } from '../../design/protocol-words'
import styles from './new-comparison.module.css'

export function NewComparisonPage() {
  const { registry, datasets, error } = useChoices()
  const [url] = useUrlState()
  const above = <Link href="/compare">All comparisons</Link>
  if (error) return <Problems error={error} />
  if (!registry || !datasets) return <Loading what="methods and datasets" />
  const dataset = datasets.find(({ id }) => id === url.get('dataset')) ?? datasets[0]
  return (
    <Page title="New comparison" above={above}>
      {dataset ? (
        <Form registry={registry} datasets={datasets} dataset={dataset} />
      ) : (
        <EmptyState
          title="No dataset to compare on"
          action={
            <ButtonLink tone="primary" href="/datasets/new">
              New dataset
            </ButtonLink>
          }
        >
          Import a few labelled images of each class first.
        </EmptyState>
      )}
    </Page>
  )
}

const selections = ['LEAVE_ONE_OUT', 'VALIDATION', 'NONE'] as const satisfies readonly Selection[]
const searches = ['EXACT', 'HALVING'] as const satisfies readonly Search[]
const scalings = ['FROZEN', 'BATCH'] as const satisfies readonly KlScaling[]

const imagesIn = (dataset: DatasetOption, split: string): number =>
  dataset.counts.find((each) => each.split === split)?.images ?? 0

/** How many validation images a dataset has; without any, there is nothing to select on. */
const validationOf = (dataset: DatasetOption) =>
  imagesIn(dataset, 'VALIDATION') > 0
    ? { note: plural(imagesIn(dataset, 'VALIDATION'), 'image') }
    : { note: 'this dataset has none', disabled: true }

/** The arguments whose problems are shown at a field. */
const shownArguments = [
  'input.dataset',
  'input.shots',
  'input.supportImages',
  'input.seeds',
  'input.methods',
  'input.selection',
  'input.augmentations',
  'input.testDataset',
  'input.coverage',
  'input.unknownDataset',
  'input.holdOut',
]

function Form({
  registry,
  datasets,
  dataset,
}: {
  readonly registry: RegistryQuery
  readonly datasets: readonly DatasetOption[]
  readonly dataset: DatasetOption
}) {
  const [, setUrl] = useUrlState()
  const [, navigate] = useLocation()
  const [{ error, fetching }, compare] = useMutation(CompareDocument)
  const [encoderId, setEncoder] = useState(registry.health.encoder)
  const encoder = registry.encoders.find(({ id }) => id === encoderId)
  const spaces = spacesOf(registry, encoder)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    () => new Set([...ownChoices(registry.methods, spaces), ...alsoAtFirst(registry, spaces)]),
  )
  const [listed, setListed] = useState(listedIn(useHistoryState<unknown>()))
  const [shots, setShots] = useState('1, 4, 16')
  const [seeds, setSeeds] = useState('1, 2, 3')
  const [augmentations, setAugmentations] = useState('1')
  const [selection, setSelection] = useState<Selection>()
  const [search, setSearch] = useState<Search>('EXACT')
  const [klScaling, setKlScaling] = useState<KlScaling>('FROZEN')
  const [testDataset, setTestDataset] = useState('')
  const [coverage, setCoverage] = useState('0.9')
  const [unknownDataset, setUnknownDataset] = useState('')
  const [holdOut, setHoldOut] = useState('')
  const validated = imagesIn(dataset, 'VALIDATION') > 0
  // Another dataset may lack what was chosen.
  const chosenSelection = selection === 'VALIDATION' && !validated ? undefined : selection
  const selected = chosenSelection ?? 'LEAVE_ONE_OUT'
  const others = [
    { value: '', label: 'None' },
    ...datasets.filter(({ id }) => id !== dataset.id).map(({ id, name }) => ({ value: id, label: name })),
  ]
  const numbers = {
    shots: parseNumbers(shots),
    seeds: parseNumbers(seeds),
    augmentations: parseNumbers(augmentations),
  }
  const draws = listed ? 1 : (numbers.shots?.length ?? 0) * (numbers.seeds?.length ?? 0)
  const runs = chosen.size * draws
  const problems = problemsOf(error)
  const notNumbers = (name: keyof typeof numbers) =>
    numbers[name]
      ? problemsAt(problems, `input.${name}`)
      : [{ message: 'Give whole numbers, separated by commas.', code: 'INVALID_VALUE', argument: name }]

  async function submit(event: FormEvent) {
    event.preventDefault()
    if (!isNumber(coverage)) return
    const { data } = await compare({
      input: {
        dataset: dataset.id,
        encoder: encoderId,
        ...(listed ? { supportImages: listed } : { shots: numbers.shots ?? [], seeds: numbers.seeds ?? [] }),
        augmentations: numbers.augmentations?.[0] ?? 1,
        methods: [...chosen].map(choiceOf),
        selection: selected,
        search,
        klScaling,
        testDataset: testDataset || null,
        coverage: Number(coverage),
        unknownDataset: unknownDataset || null,
        holdOut: namesIn(holdOut),
      },
    })
    if (data) navigate(`/compare/${data.compare.comparison.id}`)
  }

  return (
    <form onSubmit={submit} className={styles.form}>
      <Card title="Images">
        <div className={styles.fields}>
          <SelectField
            label="Dataset"
            value={dataset.id}
            options={datasets.map(({ id, name }) => ({ value: id, label: name }))}
            hint={`${plural(dataset.classes.length, 'class', 'classes')}; ${count(imagesIn(dataset, 'SUPPORT_POOL'))} images in the support pool, ${count(imagesIn(dataset, 'VALIDATION'))} for validation, ${count(imagesIn(dataset, 'TEST'))} for testing.`}
            problems={problemsAt(problems, 'input.dataset')}
            onChange={(id) => {
              setListed(null)
              setUrl({ dataset: id })
            }}
          />
          {registry.encoders.length > 1 && (
            <SelectField
              label="Encoder"
              value={encoderId}
              options={registry.encoders.map(({ id, name }) => ({ value: id, label: name }))}
              onChange={setEncoder}
            />
          )}
          {listed ? (
            <Notice tone="plain" title={`${plural(listed.length, 'chosen image')} as support set`}>
              <p>Results hold for this support set.</p>
              <Button onClick={() => setListed(null)}>Draw support sets at random instead</Button>
              <FieldProblems problems={problemsAt(problems, 'input.supportImages')} />
            </Notice>
          ) : (
            <>
              <TextField
                label="Shots"
                inputMode="numeric"
                value={shots}
                hint="Labelled images per class. One or more numbers."
                problems={notNumbers('shots')}
                onChange={(event) => setShots(event.currentTarget.value)}
              />
              <TextField
                label="Seeds"
                inputMode="numeric"
                value={seeds}
                hint="Each seed draws another support set. Several seeds show how certain a result is."
                problems={notNumbers('seeds')}
                onChange={(event) => setSeeds(event.currentTarget.value)}
              />
            </>
          )}
        </div>
      </Card>
      <Card
        title="Methods and spaces"
        note="The default space of a method is shaded. Each checked box is one line of the comparison."
      >
        <MethodMatrix methods={registry.methods} spaces={spaces} chosen={chosen} onChange={setChosen} />
        <FieldProblems problems={problemsAt(problems, 'input.methods')} />
      </Card>
      <Card title="How">
        <RadioField
          label="Select hyperparameters on"
          hint="Never on test images."
          value={selected}
          options={selections.map((value) => ({
            value,
            label: selectionWords[value].label,
            explanation: selectionWords[value].explanation,
            ...(value === 'VALIDATION' && validationOf(dataset)),
          }))}
          problems={problemsAt(problems, 'input.selection')}
          onChange={setSelection}
        />
        <div className={styles.fields}>
          <SelectField
            label="Search of hyperparameters"
            value={search}
            options={searches.map((value) => ({ value, label: searchWords[value] }))}
            onChange={(value) => setSearch(searches.find((each) => each === value) ?? 'EXACT')}
          />
          <SelectField
            label="Ranges of the KL term"
            value={klScaling}
            options={scalings.map((value) => ({ value, label: scalingWords[value] }))}
            onChange={(value) => setKlScaling(scalings.find((each) => each === value) ?? 'FROZEN')}
          />
          <TextField
            label="Augmentations"
            inputMode="numeric"
            value={augmentations}
            hint="Random views to average each support image over. 1 uses the image itself."
            problems={notNumbers('augmentations')}
            onChange={(event) => setAugmentations(event.currentTarget.value)}
          />
        </div>
      </Card>
      <Card
        title="Sets and other images"
        note="A method can also answer with a set of classes. Images of no class show whether it notices what it does not know."
      >
        <div className={styles.fields}>
          <TextField
            label="Coverage of sets"
            inputMode="decimal"
            value={coverage}
            hint="How often a set must hold the right class: a fraction between 0 and 1."
            problems={
              isNumber(coverage)
                ? problemsAt(problems, 'input.coverage')
                : [{ message: 'Give a number, such as 0.9.', code: 'INVALID_VALUE', argument: 'coverage' }]
            }
            onChange={(event) => setCoverage(event.currentTarget.value)}
          />
          <TextField
            label="Classes to hold out"
            value={holdOut}
            hint="Names, separated by commas. The classifier does not have them, and their test images belong to no class."
            problems={problemsAt(problems, 'input.holdOut')}
            onChange={(event) => setHoldOut(event.currentTarget.value)}
          />
          <SelectField
            label="Images of no class"
            value={unknownDataset}
            options={others}
            hint="A dataset that shares no class with this one."
            problems={problemsAt(problems, 'input.unknownDataset')}
            onChange={setUnknownDataset}
          />
          <SelectField
            label="Test on another dataset"
            value={testDataset}
            options={others}
            hint="A dataset with the same classes, to see what accuracy is lost there."
            problems={problemsAt(problems, 'input.testDataset')}
            onChange={setTestDataset}
          />
        </div>
      </Card>
      <ProblemList problems={problemsElsewhere(problems, shownArguments)} />
      <div className={styles.submit}>
        <Button type="submit" tone="primary" disabled={fetching}>
          {fetching ? 'Starting…' : 'Compare'}
        </Button>
        <span className="muted">{plural(runs, 'run')}</span>
      </div>
    </form>
  )
}

/** The images that another page chose as support set. */
function listedIn(state: unknown): readonly string[] | null {
  if (typeof state !== 'object' || state === null || !('supportImages' in state)) return null
  const { supportImages } = state
  return Array.isArray(supportImages) ? supportImages.filter((each) => typeof each === 'string') : null
}

const isNumber = (text: string): boolean => text.trim() !== '' && Number.isFinite(Number(text))

/** Names from a list separated by commas. */
const namesIn = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')

/** Tip-Adapter in the fitted spaces needs no more encoding, and often wins. */
const alsoAtFirst = (registry: RegistryQuery, spaces: readonly { readonly id: string }[]): string[] =>
  registry.methods.some(({ id }) => id === 'tip-adapter')
    ? ['centred', 'shrunk']
        .filter((id) => spaces.some((space) => space.id === id))
        .map((id) => `tip-adapter@${id}`)
    : []
