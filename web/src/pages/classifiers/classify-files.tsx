import { useEffect, useRef, useState } from 'react'
import { useClient } from 'urql'
import { ClassifyFileDocument, type ClassifyFileQuery } from '../../api/generated'
import { problemsOf } from '../../api/problem'
import { Card } from '../../components/card'
import { DropZone } from '../../components/drop-zone'
import { Thumbnail } from '../../components/thumbnail'
import { usePastedImages } from '../../components/use-pasted-images'
import { anyOf, count, fixed, plural } from '../../design/format'
import styles from './classifiers.module.css'

type Answer = ClassifyFileQuery['classify'][number]

interface Classified {
  readonly key: number
  readonly file: File
  /** Undefined while it is awaited. */
  readonly answer?: Answer | undefined
  /** Why there is none. */
  readonly refused?: string | undefined
}

/** The most answers that the page shows. */
const mostShown = 50

/** Classifies files that are dropped, pasted or chosen, one after the other. They are not stored. */
export function ClassifyFiles({ id }: { readonly id: string }) {
  const client = useClient()
  const [all, setAll] = useState<readonly Classified[]>([])
  const last = useRef(0)
  const queue = useRef(Promise.resolve())

  async function classify({ key, file }: Classified) {
    const { data, error } = await client.query(
      ClassifyFileDocument,
      { classifier: id, image: file },
      { requestPolicy: 'network-only' },
    )
    const answer = data?.classify[0]
    const refused = answer ? undefined : problemsOf(error)[0]?.message
    setAll((before) => before.map((each) => (each.key === key ? { key, file, answer, refused } : each)))
  }
  function add(files: readonly File[]) {
    const added = files.map((file) => ({ key: ++last.current, file }))
    setAll((before) => [...added.toReversed(), ...before].slice(0, mostShown))
    for (const each of added) queue.current = queue.current.then(() => classify(each))
  }
  usePastedImages(add)

  const waiting = all.filter(({ answer, refused }) => !answer && refused === undefined).length
  return (
    <Card title="Classify images" note="They are not stored.">
      <DropZone accept="image/*" multiple onFiles={add}>
        <strong>Drop, paste or choose images</strong>
      </DropZone>
      <p className="muted" role="status">
        {waiting > 0 && `${plural(waiting, 'image')} to go`}
        {waiting === 0 && all.length > 0 && `${plural(all.length, 'image')} classified`}
      </p>
      {all.length > 0 && (
        <ul className={styles.answers}>
          {all.map((each) => (
            <Row key={each.key} classified={each} />
          ))}
        </ul>
      )}
    </Card>
  )
}

function Row({ classified: { file, answer, refused } }: { readonly classified: Classified }) {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(file)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [file])
  const problem = refused ?? answer?.error?.message
  return (
    <li aria-label={file.name}>
      {url !== undefined && <img src={url} alt="" className={styles.image} />}
      <div className={styles.said}>
        <p className="muted">{file.name}</p>
        {!answer && refused === undefined && <p>Waits…</p>}
        {problem !== undefined && <p role="alert">{problem}</p>}
        {answer && !answer.error && <Said answer={answer} />}
      </div>
    </li>
  )
}

function Said({
  answer: { top, set, isNoneOfThese, isInSupportSet, neighbours },
}: {
  readonly answer: Answer
}) {
  const [best, ...others] = top
  return (
    <>
      <p className={styles.best}>
        {isNoneOfThese ? (
          <>
            <strong>None of these</strong> <span className="muted">nearest: {best?.class.name}</span>
          </>
        ) : (
          <>
            <strong>{best?.class.name}</strong>{' '}
            <span className="numeric">{fixed(100 * (best?.probability ?? 0))} %</span>
          </>
        )}
      </p>
      <p className="muted">
        {others
          .map(({ class: { name }, probability }) => `${name} ${fixed(100 * probability)} %`)
          .join(' · ')}
      </p>
      {set && set.length > 1 && <p>It may be {namesOf(set.map(({ name }) => name))}.</p>}
      {isInSupportSet && <p>It is one of the support images.</p>}
      {neighbours.length > 0 && (
        <ul className={styles.neighbours} aria-label="Nearest support images">
          {neighbours.map(({ imageId, image, class: { name }, similarity }) => (
            <li key={imageId} title={`${name}, similarity ${fixed(similarity, 2)}`}>
              {image && <Thumbnail image={image} alt={name} size={40} />}
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

/** The most names of a set that are written out. */
const mostNames = 6

const namesOf = (names: readonly string[]): string =>
  names.length <= mostNames
    ? anyOf(names)
    : `any of ${count(names.length)} classes: ${names.slice(0, mostNames).join(', ')}, …`
