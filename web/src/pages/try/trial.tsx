import { type ReactNode, useMemo } from 'react'
import { useUrlState } from '../../app/url-state'
import { Card } from '../../components/card'
import { EmptyState } from '../../components/empty-state'
import { Loading } from '../../components/loading'
import { Notice } from '../../components/notice'
import { Problems } from '../../components/problems'
import { Answers } from './answers'
import { ImageSource } from './image-source'
import styles from './try.module.css'
import { type Question, type Subject, usePrediction } from './use-prediction'

/** The file that a page classifies if its address names no stored image. */
export interface ChosenFile {
  readonly file: File | undefined
  readonly onFile: (file: File | undefined) => void
}

/** A dataset that test images are offered from. */
interface ImagesOf {
  readonly id: string
  readonly classes: { readonly nodes: readonly { readonly name: string }[] }
}

/** The choice of an image and the answers for it. `children` choose what answers. */
export function Trial({
  question,
  dataset,
  testDataset,
  file,
  onFile,
  children,
}: ChosenFile & {
  readonly question: Question
  readonly dataset: ImagesOf
  /** Has the test images instead. */
  readonly testDataset?: ImagesOf | undefined
  readonly children: ReactNode
}) {
  const [url, setUrl] = useUrlState()
  const imageId = url.get('image')
  const subject = useMemo<Subject | undefined>(
    () => (imageId !== null ? { id: imageId } : file && { upload: file }),
    [imageId, file],
  )
  const { prediction, answered, error, fetching } = usePrediction(question, subject)
  const tested = testDataset ?? dataset
  return (
    <div className={styles.trial}>
      <div className={styles.side}>
        <Card title="Image">
          <ImageSource
            dataset={tested.id}
            classes={tested.classes.nodes.length}
            chosen={imageId ?? undefined}
            file={imageId === null ? file : undefined}
            onImage={(id) => {
              onFile(undefined)
              setUrl({ image: id })
            }}
            onFile={(next) => {
              onFile(next)
              setUrl({ image: undefined })
            }}
          />
        </Card>
        {children}
      </div>
      <div className={styles.main} aria-busy={fetching}>
        <Problems error={error} />
        {prediction?.error ? (
          <Notice tone="bad" title="The image cannot be classified">
            {prediction.error.message}
          </Notice>
        ) : prediction && answered ? (
          <Answers
            prediction={prediction}
            subject={answered}
            dataset={dataset.id}
            testDataset={testDataset?.id}
            classes={dataset.classes.nodes.map(({ name }) => name)}
          />
        ) : fetching ? (
          <Loading what="predictions" />
        ) : (
          !error && (
            <EmptyState title="No image yet">
              Choose a test image, or drop or paste an image of your own.
            </EmptyState>
          )
        )}
      </div>
    </div>
  )
}
