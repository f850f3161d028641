import { type ReactNode, useState } from 'react'
import { useQuery } from 'urql'
import { UnlabelledImagesDocument } from '../../api/generated'
import { Button } from '../../components/button'
import { Dialog, DialogActions } from '../../components/dialog'
import { Loading } from '../../components/loading'
import { Problems } from '../../components/problems'
import { plural } from '../../design/format'
import styles from './datasets.module.css'
import { SelectImage } from './select-image'
import type { ImageSelection } from './selection'

/** The images of a dataset that have no label, in pages. */
export function UnlabelledImages({
  dataset,
  selection,
  onClose,
  children,
}: {
  readonly dataset: string
  readonly selection: ImageSelection
  readonly onClose: () => void
  /** What can be done with selected images. */
  readonly children: ReactNode
}) {
  const [after, setAfter] = useState<string | null>(null)
  const [{ data, error }] = useQuery({ query: UnlabelledImagesDocument, variables: { id: dataset, after } })
  const images = data?.dataset?.unlabelled
  return (
    <Dialog
      title="Images without a label"
      note={images && plural(images.totalCount, 'image')}
      open
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
    >
      <Problems error={error} />
      {!images && !error && <Loading what="images" />}
      <ul className={styles.gallery}>
        {images?.nodes.map((image) => (
          <SelectImage
            key={image.id}
            {...{ dataset, image, selection }}
            name="without a label"
            kind="UNLABELLED"
          />
        ))}
      </ul>
      {children}
      <DialogActions>
        <Button onClick={() => selection.add(images?.nodes.map(({ id }) => id) ?? [], 'UNLABELLED')}>
          Select all shown
        </Button>
        {after !== null && <Button onClick={() => setAfter(null)}>First page</Button>}
        {images?.pageInfo.hasNextPage && (
          <Button onClick={() => setAfter(images.pageInfo.endCursor)}>Next page</Button>
        )}
        <Button onClick={onClose}>Close</Button>
      </DialogActions>
    </Dialog>
  )
}
