import { type FormEvent, useState } from 'react'
import { useMutation, useQuery } from 'urql'
import { Link, useLocation } from 'wouter'
import { useHistoryState } from 'wouter/use-browser-location'
import {
  AskedAgainDocument,
  type AskedAgainQuery,
  CompareDocument,
  type CompareSupportInput,
  type KlScaling,
  PoolSizesDocument,
  type PoolSizesQuery,
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
import { adviceOn, fittingShots, type Sizes } from '../../design/advice'
import { count, list, plural } from '../../design/format'
import { scalingWords, searchWords, selectionWords } from '../../design/protocol-words'
import styles from './new-comparison.module.css'
import { keyOf } from './series'

export function NewComparisonPage() {
  const { registry, datasets, error } = useChoices()
  const [url] = useUrlState()
  const [asked] = useQuery({
    query: AskedAgainDocument,
    variables: { id: url.get('from') ?? '' },
    pause: !url.has('from'),
    requestPolicy: 'cache-first',
  })
  const above = <Link href="/compare">All comparisons</Link>
  if (error) return <Problems error={error} />
  if (!registry || !datasets) return <Loading what="methods and datasets" />
  const from = url.get('from')
  if (from !== null && !asked.data && !asked.error) return <Loading what="what was asked for" />
  const before = asked.data?.comparison ?? undefined
  const wanted = url.get('dataset') ?? before?.dataset.id
  const dataset = datasets.find(({ id }) => id === wanted) ?? datasets[0]
  return (
    <Page
      title={before ? 'Change and compare' : 'New comparison'}
      above={above}
      note={before && 'Everything is as it was asked for before. Change what you like.'}
    >
      <Problems error={asked.error} />
      {dataset ? (
        <Form key={before?.id} {...{ registry, datasets, dataset, before }} />
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

const drawings = [
  { value: 'EXACT', label: 'are refused: all have as many images as shots' },
  { value: 'AT_MOST', label: 'give all they have' },
  { value: 'ALL', label: 'do not matter: every class gives all its images' },
] as const
type DrawnAs = (typeof drawings)[number]['value']

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
  'input.name',
  'input.support',
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
  before,
}: {
  readonly registry: RegistryQuery
  readonly datasets: readonly DatasetOption[]
  readonly dataset: DatasetOption
  /** What another comparison was asked for, to begin with. */
  readonly before: AskedAgain | undefined
}) {
  const [, setUrl] = useUrlState()
  const [, navigate] = useLocation()
  const [{ error, fetching }, compare] = useMutation(CompareDocument)
  const [encoderId, setEncoder] = useState(before?.encoders[0]?.id ?? registry.health.encoder)
  const encoder = registry.encoders.find(({ id }) => id === encoderId)
  const spaces = spacesOf(registry, encoder)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    () =>
      new Set(
        before
          ? before.protocol.methods.map((each) => keyOf({ method: each.method, space: each.space ?? null }))
          : [...ownChoices(registry.methods, spaces), ...alsoAtFirst(registry, spaces)],
      ),
  )
  const fromPage = listedIn(useHistoryState<unknown>())
  const [listed, setListed] = useState(fromPage ?? before?.supportImages ?? null)
  const [{ data: sized }] = useQuery({ query: PoolSizesDocument, variables: { id: dataset.id } })
  const least = sized?.dataset ? leastIn(sized.dataset) : undefined
  const fitting = least === undefined ? [] : fittingShots(least)
  const [name, setName] = useState(before?.name == null ? '' : `${before.name} (changed)`)
  // What fits the dataset, until something else is typed.
  const [typedShots, setShots] = useState(before && numbersOf(before.runs.nodes.map((run) => run.shots)))
  const shots = typedShots ?? (fitting.length > 0 ? fitting.join(', ') : '1, 4, 16')
  const [seeds, setSeeds] = useState(
    before ? numbersOf(before.runs.nodes.map(({ seed }) => seed)) : '1, 2, 3',
  )
  const asked = before?.protocol
  const [drawing, setDrawing] = useState<DrawnAs>(
    drawings.find(({ value }) => value === asked?.drawing)?.value ?? 'EXACT',
  )
  const [augmentations, setAugmentations] = useState(String(asked?.augmentations ?? 1))
  const [selection, setSelection] = useState<Selection | undefined>(asked?.selection)
  const [search, setSearch] = useState<Search>(asked?.search ?? 'EXACT')
  const [klScaling, setKlScaling] = useState<KlScaling>(asked?.klScaling ?? 'FROZEN')
  const [testDataset, setTestDataset] = useState(before?.testDataset?.id ?? '')
  const [coverage, setCoverage] = useState(String(asked?.coverage ?? 0.9))
  const [unknownDataset, setUnknownDataset] = useState(asked?.unknownDataset?.id ?? '')
  const [holdOut, setHoldOut] = useState(asked?.holdOut.map((held) => held.name).join(', ') ?? '')
  const advice = least === undefined ? [] : adviceOn(sizesOf(dataset, least))
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
  const draws = listed
    ? 1
    : (drawing === 'ALL' ? 1 : (numbers.shots?.length ?? 0)) * (numbers.seeds?.length ?? 0)
  const runs = chosen.size * draws
  const problems = problemsOf(error)
  const notNumbers = (name: keyof typeof numbers, argument: string = name) =>
    numbers[name]
      ? problemsAt(problems, `input.${argument}`)
      : [{ message: 'Give whole numbers, separated by commas.', code: 'INVALID_VALUE', argument: name }]

  async function submit(event: FormEvent) {
    event.preventDefault()
    if (!isNumber(coverage)) return
    const { data } = await compare({
      input: {
        dataset: dataset.id,
        name: name.trim() || null,
        encoders: [encoderId],
        ...(listed
          ? { support: { images: listed } }
          : { support: supportOf(drawing, numbers.shots ?? []), seeds: numbers.seeds ?? [] }),
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
            hint={`${plural(dataset.classes.nodes.length, 'class', 'classes')}; ${count(imagesIn(dataset, 'SUPPORT_POOL'))} images in the support pool, ${count(imagesIn(dataset, 'VALIDATION'))} for validation, ${count(imagesIn(dataset, 'TEST'))} for testing.`}
            problems={problemsAt(problems, 'input.dataset')}
            onChange={(id) => {
              setListed(null)
              setUrl({ dataset: id })
            }}
          />
          <TextField
            label="Name"
            maxLength={200}
            value={name}
            hint="Optional. It tells comparisons apart in the list."
            problems={problemsAt(problems, 'input.name')}
            onChange={(event) => setName(event.currentTarget.value)}
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
              <FieldProblems problems={problemsAt(problems, 'input.support.images')} />
            </Notice>
          ) : (
            <>
              <TextField
                label="Shots"
                disabled={drawing === 'ALL'}
                inputMode="numeric"
                value={shots}
                hint="Labelled images per class. One or more numbers."
                problems={notNumbers('shots', 'support')}
                onChange={(event) => setShots(event.currentTarget.value)}
              />
              <SelectField
                label="Classes with fewer images"
                value={drawing}
                options={drawings}
                onChange={(value) =>
                  setDrawing(drawings.find((each) => each.value === value)?.value ?? 'EXACT')
                }
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
      {advice.length > 0 && (
        <Notice tone="plain" title="Good to know">
          <ul>
            {advice.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
          {!listed && fitting.length > 0 && tooMany(numbers.shots, least) && (
            <Button onClick={() => setShots(fitting.join(', '))}>Use {list(fitting)}</Button>
          )}
        </Notice>
      )}
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

type AskedAgain = NonNullable<AskedAgainQuery['comparison']>

/** Different numbers, in their first order, as a person types them. */
const numbersOf = (numbers: readonly number[]): string => [...new Set(numbers)].join(', ')

/** The images of the smallest class in the support pool. */
const leastIn = ({ samples }: NonNullable<PoolSizesQuery['dataset']>): number =>
  Math.min(
    ...samples.nodes.map(({ counts }) => counts.find(({ split }) => split === 'SUPPORT_POOL')?.images ?? 0),
  )

const sizesOf = (dataset: DatasetOption, least: number): Sizes => ({
  classes: dataset.classes.nodes.length,
  least,
  validation: imagesIn(dataset, 'VALIDATION'),
  test: imagesIn(dataset, 'TEST'),
})

const supportOf = (drawing: DrawnAs, shots: readonly number[]): CompareSupportInput =>
  drawing === 'ALL' ? { all: true } : drawing === 'AT_MOST' ? { atMost: shots } : { shots }

/** Whether more shots are asked for than the smallest class has images. */
const tooMany = (shots: readonly number[] | undefined, least: number | undefined): boolean =>
  shots !== undefined && least !== undefined && shots.some((each) => each > least)

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
