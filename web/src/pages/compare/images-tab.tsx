import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useClient, useQuery } from 'urql'
import { type PredictionOrder, type PredictionOutcome, RunImagesDocument } from '../../api/generated'
import { localPath } from '../../api/local-path'
import { useUrlState } from '../../app/url-state'
import { Button } from '../../components/button'
import { Card } from '../../components/card'
import { Choice } from '../../components/choice'
import { EmptyState } from '../../components/empty-state'
import { SelectField } from '../../components/field'
import { GoneImage } from '../../components/gone-image.js'
import { Loading } from '../../components/loading'
import { Problems } from '../../components/problems'
import { plural } from '../../design/format'
import { classKeysOf, type LabelActions, pressed } from '../../labels/label-keys'
import { useLabels } from '../../labels/use-labels'
import { useOneAtATime } from '../../labels/use-one-at-a-time'
import styles from './images-tab.module.css'
import { type MeasuredImage, OneImage, Says, saidOf } from './one-image'
import { keyOf, type Line } from './series'
import { type Run, useRuns } from './use-runs'

type Outcome = PredictionOutcome | 'ALL'

const outcomes: readonly { readonly value: Outcome; readonly label: string }[] = [
  { value: 'ALL', label: 'All' },
  { value: 'WRONG', label: 'Wrong' },
  { value: 'RIGHT', label: 'Right' },
]

const orders: readonly { readonly value: PredictionOrder; readonly label: string }[] = [
  { value: 'LEAST_CONFIDENT', label: 'Least sure first' },
  { value: 'MOST_CONFIDENT', label: 'Most sure first' },
  { value: 'TEST_IMAGES', label: 'As stored' },
]

/** The test images of one run, with what every method says of them. Labels can be changed from here. */
export function ImagesTab({
  id,
  line,
  shots,
  testDataset,
  tools,
}: {
  readonly id: string
  readonly line: Line
  readonly shots: number
  /** The id of the dataset that the test images are in. */
  readonly testDataset: string
  readonly tools: ReactNode
}) {
  const { comparison, error } = useRuns(id)
  if (error) return <Problems error={error} />
  if (!comparison) return <Loading what="images" />
  const atShots = comparison.runs.nodes.filter(
    (run) => run.shots === shots && run.encoder.id === line.encoder && run.status === 'SUCCEEDED',
  )
  return (
    <Images
      id={id}
      line={line}
      shots={shots}
      runs={atShots}
      classes={comparison.dataset.classes.nodes.map(({ name }) => name)}
      testDataset={testDataset}
      tools={tools}
    />
  )
}

function Images({
  id,
  line,
  shots,
  runs,
  classes,
  testDataset,
  tools,
}: {
  readonly id: string
  readonly line: Line
  readonly shots: number
  /** Of all methods, at these shots. */
  readonly runs: readonly Run[]
  readonly classes: readonly string[]
  readonly testDataset: string
  readonly tools: ReactNode
}) {
  const [url, setUrl] = useUrlState()
  const own = runs.filter((run) => keyOf(run) === line.key)
  const run = own.find(({ seed }) => String(seed) === url.get('seed')) ?? own[0]
  const others = runs.filter((other) => other.seed === run?.seed && other !== run)
  const outcome = outcomes.find(({ value }) => value === url.get('outcome'))?.value ?? 'ALL'
  const orderBy = orders.find(({ value }) => value === url.get('sort'))?.value ?? 'LEAST_CONFIDENT'
  const [label, takenFor] = [url.get('class'), url.get('taken')]
  const selection = [run?.id, outcome, orderBy, label, takenFor].join(' ')
  return (
    <Card
      title="Test images"
      note={`What ${line.label} says of each, at ${plural(shots, 'shot')}.`}
      tools={tools}
    >
      <div className={styles.filters}>
        <Choice
          label="Which predictions"
          value={outcome}
          options={outcomes}
          onChange={(value) => setUrl({ outcome: value === 'ALL' ? undefined : value })}
        />
        <SelectField
          inline
          label="Class"
          value={label ?? ''}
          options={[{ value: '', label: 'All' }, ...classes.map((name) => ({ value: name, label: name }))]}
          onChange={(value) => setUrl({ class: value || undefined })}
        />
        <SelectField
          inline
          label="Taken for"
          value={takenFor ?? ''}
          options={[{ value: '', label: 'All' }, ...classes.map((name) => ({ value: name, label: name }))]}
          onChange={(value) => setUrl({ taken: value || undefined })}
        />
        <SelectField
          inline
          label="Order"
          value={orderBy}
          options={orders}
          onChange={(value) => setUrl({ sort: value === 'LEAST_CONFIDENT' ? undefined : value })}
        />
        {own.length > 1 && run && (
          <SelectField
            inline
            label="Seed"
            value={String(run.seed)}
            options={own.map(({ seed }) => ({ value: String(seed), label: String(seed) }))}
            onChange={(value) => setUrl({ seed: value })}
          />
        )}
      </div>
      {run ? (
        <Pages
          key={selection}
          comparison={id}
          run={run}
          others={others}
          selection={{ outcome: outcome === 'ALL' ? null : outcome, class: label, takenFor, orderBy }}
          classes={classes}
          testDataset={testDataset}
        />
      ) : (
        <EmptyState title="None">No run of this method has finished at these shots.</EmptyState>
      )}
    </Card>
  )
}

function Pages({
  comparison,
  run,
  others,
  selection,
  classes,
  testDataset,
}: {
  readonly comparison: string
  readonly run: Run
  readonly others: readonly Run[]
  readonly selection: {
    readonly outcome: PredictionOutcome | null
    readonly class: string | null
    readonly takenFor: string | null
    readonly orderBy: PredictionOrder
  }
  readonly classes: readonly string[]
  readonly testDataset: string
}) {
  const [after, setAfter] = useState<string | null>(null)
  /** The id of the chosen image. */
  const [picked, setPicked] = useState<string>()
  const grid = useRef<HTMLUListElement>(null)
  const client = useClient()
  const variables = { run: run.id, beside: others.map((other) => other.id), ...selection, after }
  const [{ data, error }] = useQuery({ query: RunImagesDocument, variables })
  const found = data?.run?.predictions
  const nodes = found?.nodes ?? []
  const chosen = nodes.find(({ image }) => image.id === picked)
  const labels = useLabels(testDataset)
  const said = chosen && saidOf(chosen, [run, ...others])
  const keys =
    chosen?.isInDataset && said
      ? classKeysOf(classes, [chosen.class.name, ...said.map(({ taken }) => taken.class.name)])
      : []
  const { busy, once } = useOneAtATime()
  // The keys follow what the image is now: a change ends when that has been read.
  const change = (made: () => Promise<boolean>) =>
    once(async () => {
      if (!(await made())) return
      await client.query(RunImagesDocument, variables, { requestPolicy: 'network-only' }).toPromise()
    })
  const actions: LabelActions = {
    onLabel: (name) => {
      if (!chosen) return
      const { image, currentClass } = chosen
      change(() => (currentClass ? labels.move(image.id, name) : labels.label(image.id, name)))
    },
    others: [
      ...(chosen?.currentClass
        ? [{ key: 'n', label: 'No label', onPress: () => change(() => labels.unlabel(chosen.image.id)) }]
        : []),
      ...(chosen?.isInDataset
        ? [{ key: 'x', label: 'Take out', onPress: () => change(() => labels.remove(chosen.image.id)) }]
        : []),
      ...(labels.canUndo ? [{ key: 'u', label: 'Undo', onPress: () => change(() => labels.undo()) }] : []),
    ],
  }
  useEffect(() => {
    if (picked !== undefined) grid.current?.querySelector<HTMLElement>('[aria-pressed=true]')?.focus()
  }, [picked])
  const pick = (i: number) => {
    const image = nodes[i]?.image
    if (image) setPicked(image.id)
  }
  const turn = (next: string | null) => {
    setAfter(next)
    setPicked(undefined)
  }
  return (
    <>
      <Problems error={error} />
      {!found && !error && <Loading what="images" />}
      {found && (
        <p className="muted" role="status">
          {plural(found.totalCount, 'test image')}
          {nodes.length > 0 && '. Choose one to see what every method says, and to change its label.'}
        </p>
      )}
      <section
        aria-label="Images"
        aria-busy={busy || undefined}
        className={chosen ? styles.beside : undefined}
        onKeyDown={pressed(keys, actions)}
      >
        <ul className={styles.grid} ref={grid}>
          {nodes.map((node, i) => (
            <li key={node.image.id}>
              <button
                type="button"
                className={styles.cell}
                aria-pressed={node === chosen}
                onClick={() => pick(i)}
                onKeyDown={({ key }) => {
                  if (key === 'ArrowRight') pick(i + 1)
                  if (key === 'ArrowLeft') pick(i - 1)
                }}
              >
                <Cell node={node} />
              </button>
            </li>
          ))}
        </ul>
        {chosen && said && (
          <OneImage
            node={chosen}
            said={said}
            keys={keys}
            actions={actions}
            classes={classes}
            tryHref={`/try?comparison=${comparison}&shots=${run.shots}&seed=${run.seed}&image=${chosen.image.id}`}
            error={labels.error}
          />
        )}
      </section>
      {(after !== null || found?.pageInfo.hasNextPage) && (
        <div className={styles.more}>
          {after !== null && <Button onClick={() => turn(null)}>First page</Button>}
          {found?.pageInfo.hasNextPage && (
            <Button onClick={() => turn(found.pageInfo.endCursor)}>Next page</Button>
          )}
        </div>
      )}
    </>
  )
}

function Cell({ node }: { readonly node: MeasuredImage }) {
  return (
    <>
      {node.image.isGone ? (
        <GoneImage size={96} />
      ) : (
        <img
          src={localPath(node.image.thumbnail)}
          alt={`${node.class.name}, ${node.image.id.slice(0, 8)}`}
          loading="lazy"
          width={96}
          height={96}
        />
      )}
      <span className={styles.label}>{node.class.name}</span>
      <Says taken={node.prediction} truth={node.class.index} />
    </>
  )
}
