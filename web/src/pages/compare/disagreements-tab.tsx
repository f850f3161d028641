import { type ReactNode, useState } from 'react'
import { useQuery } from 'urql'
import { Link } from 'wouter'
import { type DisagreementKind, DisagreementsDocument, type DisagreementsQuery } from '../../api/generated'
import { Button } from '../../components/button'
import { Card } from '../../components/card'
import { Choice } from '../../components/choice'
import { EmptyState } from '../../components/empty-state'
import { GoneImage } from '../../components/gone-image.js'
import { Loading } from '../../components/loading'
import { Problems } from '../../components/problems'
import { SeriesMark } from '../../components/series-mark'
import { Thumbnail } from '../../components/thumbnail'
import { fixed, plural } from '../../design/format'
import { styleOf } from '../../design/style-of'
import { type Contrast, contrastVariables } from './contrast'
import styles from './details.module.css'
import type { Line } from './series'

type Disagreement = NonNullable<DisagreementsQuery['comparison']>['disagreements']['nodes'][number]
type Taken = Disagreement['prediction']
type Kind = DisagreementKind | 'ALL'

/** The test images for which two methods predict different classes. */
export function DisagreementsTab({
  contrast,
  tools,
}: {
  readonly contrast: Contrast
  readonly tools: ReactNode
}) {
  const { line, baseline } = contrast
  const [kind, setKind] = useState<Kind>('ALL')
  const [after, setAfter] = useState<string | null>(null)
  const [{ data, error }] = useQuery({
    query: DisagreementsDocument,
    variables: { ...contrastVariables(contrast), kind: kind === 'ALL' ? null : kind, after },
    requestPolicy: 'cache-first',
  })
  const found = data?.comparison?.disagreements
  return (
    <Card
      title="Where the two disagree"
      note={`${line.label} compared with ${baseline.label}, on one support set${found ? `: ${plural(found.totalCount, 'test image')}` : ''}.`}
      tools={tools}
    >
      <div className={styles.kinds}>
        <Choice<Kind>
          label="Which disagreements"
          value={kind}
          options={[
            { value: 'ALL', label: 'All' },
            { value: 'METHOD_RIGHT', label: `${line.method.name} is right` },
            { value: 'BASELINE_RIGHT', label: `${baseline.method.name} is right` },
            { value: 'BOTH_WRONG', label: 'Both are wrong' },
          ]}
          onChange={(next) => {
            setKind(next)
            setAfter(null)
          }}
        />
      </div>
      <Problems error={error} />
      {!found && !error && <Loading what="disagreements" />}
      {found?.nodes.length === 0 && (
        <EmptyState title="None">The two methods do not differ on any such image.</EmptyState>
      )}
      <ul className={styles.disagreements}>
        {found?.nodes.map((each) => (
          <li key={`${each.seed} ${each.image.id}`}>
            {each.image.isGone ? (
              <GoneImage size={84} />
            ) : (
              <Link
                href={`/try?comparison=${contrast.id}&shots=${contrast.shots}&seed=${each.seed}&image=${each.image.id}`}
              >
                <Thumbnail
                  image={each.image}
                  alt={`${each.class.name}, ${each.image.id.slice(0, 8)}`}
                  size={84}
                />
              </Link>
            )}
            <div className={styles.said}>
              <strong>{each.class.name}</strong>
              <Said by={line} taken={each.prediction} truth={each.class.index} />
              <Said by={baseline} taken={each.baselinePrediction} truth={each.class.index} />
            </div>
          </li>
        ))}
      </ul>
      {(after !== null || found?.pageInfo.hasNextPage) && (
        <div className={styles.more}>
          {after !== null && <Button onClick={() => setAfter(null)}>First page</Button>}
          {found?.pageInfo.hasNextPage && (
            <Button onClick={() => setAfter(found.pageInfo.endCursor)}>Next page</Button>
          )}
        </div>
      )}
    </Card>
  )
}

function Said({ by, taken, truth }: { readonly by: Line; readonly taken: Taken; readonly truth: number }) {
  const right = taken.class.index === truth
  return (
    <span className={styles.says} title={by.label}>
      <SeriesMark {...styleOf(by.method, by.space)} />
      <span className={right ? styles.right : styles.wrong}>
        <span className="visually-hidden">{by.label} says </span>
        {taken.class.name}
        <span aria-hidden="true">{right ? ' ✓' : ' ✗'}</span>
        <span className="visually-hidden">{right ? ', correct' : ', wrong'}</span>
      </span>
      {taken.probability !== null && (
        <span className="muted numeric">{fixed(100 * taken.probability, 0)} %</span>
      )}
    </span>
  )
}
