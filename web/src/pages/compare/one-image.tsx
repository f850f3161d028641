import type { CombinedError } from 'urql'
import { Link } from 'wouter'
import type { RunImagesQuery } from '../../api/generated'
import { localPath } from '../../api/local-path'
import { MethodName } from '../../components/method-name'
import { Problems } from '../../components/problems'
import { fixed } from '../../design/format'
import { type ClassKey, type LabelActions, LabelKeys } from '../../labels/label-keys'
import styles from './images-tab.module.css'
import type { Run } from './use-runs'

export type MeasuredImage = NonNullable<NonNullable<RunImagesQuery['run']>['predictions']>['nodes'][number]
type Taken = MeasuredImage['prediction']

/** What each run says of a test image: that of the prediction, then those beside it. */
export const saidOf = (
  { prediction, beside }: MeasuredImage,
  [own, ...others]: readonly [Run, ...Run[]],
): readonly { readonly run: Run; readonly taken: Taken }[] => [
  { run: own, taken: prediction },
  ...others.flatMap((run, i) => {
    const taken = beside[i]
    return taken ? [{ run, taken }] : []
  }),
]

/** A test image with what every method says of it, and the keys that change its label. */
export function OneImage({
  node: { image, class: measured, currentClass, isInDataset },
  said,
  keys,
  actions,
  classes,
  tryHref,
  error,
}: {
  readonly node: MeasuredImage
  readonly said: ReturnType<typeof saidOf>
  readonly keys: readonly ClassKey[]
  readonly actions: LabelActions
  readonly classes: readonly string[]
  readonly tryHref: string
  /** Why the label could not be changed. */
  readonly error: CombinedError | undefined
}) {
  return (
    <section className={styles.one} aria-label="The chosen image">
      {!image.isGone && <img src={localPath(image.thumbnail)} alt={measured.name} width={160} height={160} />}
      <p>
        Measured as <strong>{measured.name}</strong>
        {stateNow(measured.name, currentClass?.name, isInDataset)}.{' '}
        {!image.isGone && <Link href={tryHref}>Try it</Link>}
      </p>
      <LabelKeys keys={keys} classes={isInDataset ? classes : []} current={currentClass?.name} {...actions} />
      <Problems error={error} />
      <ul className={styles.said}>
        {said.map(({ run, taken }) => (
          <li key={run.id}>
            <MethodName method={run.method} space={run.space} />
            <Says taken={taken} truth={measured.index} />
          </li>
        ))}
      </ul>
    </section>
  )
}

/** What has become of an image since it was measured. */
function stateNow(measured: string, now: string | undefined, isInDataset: boolean): string {
  if (!isInDataset) return '; it was taken out of the dataset since'
  if (now === undefined) return '; it has no label now'
  return now === measured ? '' : `; it is labelled ${now} now`
}

/** A predicted class, how sure, and whether it is right. */
export function Says({ taken, truth }: { readonly taken: Taken; readonly truth: number }) {
  const right = taken.class.index === truth
  return (
    <span className={styles.says}>
      <span className={right ? styles.right : styles.wrong}>
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
