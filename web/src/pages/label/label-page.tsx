import { useEffect, useRef, useState } from 'react'
import { Link, useParams } from 'wouter'
import type { SuggestionStrategy } from '../../api/generated'
import { localPath } from '../../api/local-path'
import { useUrlState } from '../../app/url-state'
import { ButtonLink } from '../../components/button'
import { Card } from '../../components/card'
import { Choice } from '../../components/choice'
import { EmptyState } from '../../components/empty-state'
import { Loading } from '../../components/loading'
import { Page } from '../../components/page'
import { Problems } from '../../components/problems'
import { Thumbnail } from '../../components/thumbnail'
import { count, fixed, plural } from '../../design/format'
import { classKeysOf, LabelKeys, pressed } from '../../labels/label-keys'
import { useLabels } from '../../labels/use-labels'
import { useOneAtATime } from '../../labels/use-one-at-a-time'
import styles from './label.module.css'
import { type Suggested, useQueue } from './use-queue'

const strategies: readonly { readonly value: SuggestionStrategy; readonly label: string }[] = [
  { value: 'BOTH', label: 'Far and uncertain' },
  { value: 'COVERAGE', label: 'Far' },
  { value: 'UNCERTAINTY', label: 'Uncertain' },
]

/** The images of a dataset without a label, one after the other, to be labelled with the keyboard. */
export function LabelPage() {
  const { id = '' } = useParams()
  const [url, setUrl] = useUrlState()
  const strategy = strategies.find(({ value }) => value === url.get('order'))?.value ?? 'BOTH'
  return (
    <Work
      key={strategy}
      id={id}
      strategy={strategy}
      onStrategy={(value) => setUrl({ order: value === 'BOTH' ? undefined : value })}
    />
  )
}

/** What was done with an image; undo takes it back. */
interface Done {
  readonly suggested: Suggested
  /** Null if it was skipped. */
  readonly label: string | null
}

function Work({
  id,
  strategy,
  onStrategy,
}: {
  readonly id: string
  readonly strategy: SuggestionStrategy
  readonly onStrategy: (strategy: SuggestionStrategy) => void
}) {
  const { dataset, current, next, error, learning, take, putBack, refresh } = useQueue(id, strategy)
  const labels = useLabels(id)
  const [done, setDone] = useState<readonly Done[]>([])
  const { once } = useOneAtATime()
  const section = useRef<HTMLElement>(null)
  const isThere = current !== undefined
  // Keys work at once: the page is for the keyboard.
  useEffect(() => {
    if (isThere) section.current?.focus()
  }, [isThere])
  if (!dataset) return error ? <Problems error={error} /> : <Loading what="images to label" />

  const classes = dataset.classes.nodes.map(({ name }) => name)
  const keys = classKeysOf(classes, current?.top.map((each) => each.class.name) ?? [])
  const skipped = (all: readonly Done[]) =>
    all.flatMap(({ label, suggested }) => (label === null ? [suggested.image.id] : []))
  const settle = (all: readonly Done[]) => {
    setDone(all)
    refresh(skipped(all))
  }
  const actions = {
    onLabel: (label: string) =>
      once(async () => {
        if (!current || !(await labels.label(current.image.id, label))) return
        take()
        settle([...done, { suggested: current, label }])
      }),
    others: [
      {
        key: 's',
        label: 'Skip',
        onPress: () =>
          once(async () => {
            if (!current) return
            take()
            settle([...done, { suggested: current, label: null }])
          }),
      },
      {
        key: 'u',
        label: 'Undo',
        onPress: () =>
          once(async () => {
            const last = done.at(-1)
            if (!last) return
            if (last.label !== null && !(await labels.unlabel(last.suggested.image.id))) return
            putBack(last.suggested)
            settle(done.slice(0, -1))
          }),
      },
    ],
  }
  const labelled = done.filter(({ label }) => label !== null).length
  const last = done.at(-1)
  return (
    <Page
      title={`Label ${dataset.name}`}
      above={<Link href={`/datasets/${id}`}>{dataset.name}</Link>}
      note={`${plural(dataset.unlabelled.totalCount, 'image')} without a label. Those whose label helps most come first.`}
      actions={
        <Choice label="Which come first" value={strategy} options={strategies} onChange={onStrategy} />
      }
    >
      <Problems error={error ?? labels.error} />
      <section
        ref={section}
        aria-label="The image to label"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keys work while the focus is inside.
        tabIndex={0}
        className={styles.work}
        onKeyDown={pressed(keys, actions)}
      >
        {current ? (
          <>
            <img src={localPath(current.image.thumbnail)} alt={`To label, ${current.image.id.slice(0, 8)}`} />
            <div className={styles.side}>
              <LabelKeys keys={keys} classes={classes} {...actions} />
              <Guess suggested={current} />
              {next.length > 0 && (
                <ul className={styles.next} aria-label="Next">
                  {next.slice(0, 6).map(({ image }) => (
                    <li key={image.id}>
                      <Thumbnail image={image} alt={`Next, ${image.id.slice(0, 8)}`} size={48} />
                    </li>
                  ))}
                </ul>
              )}
            </div>
          </>
        ) : learning ? (
          <Loading what="images to label" />
        ) : (
          <div className={styles.side}>
            <EmptyState
              title="Nothing left"
              action={
                <ButtonLink tone="primary" href={`/compare/new?dataset=${id}`}>
                  Compare methods on it
                </ButtonLink>
              }
            >
              {skipped(done).length > 0
                ? `${plural(skipped(done).length, 'image')} skipped. They come again when this page is opened anew.`
                : 'Every image has a label.'}
            </EmptyState>
            {done.length > 0 && (
              <LabelKeys keys={[]} classes={[]} {...actions} others={actions.others.slice(1)} />
            )}
          </div>
        )}
      </section>
      <p role="status" className="muted">
        {count(labelled)} labelled here.{' '}
        {last && (last.label === null ? 'Skipped the last one.' : `The last one is ${last.label}.`)}
      </p>
    </Page>
  )
}

/** What is thought of the image by what is labelled so far. */
function Guess({ suggested: { top, distance } }: { readonly suggested: Suggested }) {
  return (
    <Card
      title="By what is labelled so far"
      note={`Distance to the nearest labelled image: ${fixed(distance, 2)}`}
    >
      <ul className={styles.guesses}>
        {top.slice(0, 3).map(({ class: { name }, probability }) => (
          <li key={name}>
            <span>{name}</span>
            <span className="numeric">{fixed(100 * probability, 0)} %</span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
