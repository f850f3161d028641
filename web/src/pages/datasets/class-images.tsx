import { type ReactNode, useState } from 'react'
import { useQuery } from 'urql'
import { ClassImagesDocument, type Split } from '../../api/generated'
import { Button } from '../../components/button'
import { Choice } from '../../components/choice'
import { Dialog, DialogActions } from '../../components/dialog'
import { Loading } from '../../components/loading'
import { Problems } from '../../components/problems'
import { plural } from '../../design/format'
import styles from './datasets.module.css'
import { SelectImage } from './select-image'
import type { ImageSelection } from './selection'
import { splits } from './splits'

/** Every image of a class, in pages. Each can be selected, and links to its predictions. */
export function ClassImages({
  dataset,
  name,
  selection,
  onClose,
  children,
}: {
  readonly dataset: string
  readonly name: string
  readonly selection: ImageSelection
  readonly onClose: () => void
  /** What can be done with selected images. */
  readonly children: ReactNode
}) {
  const [split, setSplit] = useState<Split | 'ALL'>('ALL')
  const [after, setAfter] = useState<string | null>(null)
  const [{ data, error }] = useQuery({
    query: ClassImagesDocument,
    variables: { id: dataset, class: name, split: split === 'ALL' ? null : split, after },
  })
  const images = data?.dataset?.images
  return (
    <Dialog
      title={name}
      note={images && plural(images.totalCount, 'image')}
      open
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
    >
      <Choice<Split | 'ALL'>
        label="Split"
        value={split}
        options={[{ value: 'ALL', label: 'All' }, ...splits]}
        onChange={(value) => {
          setSplit(value)
          setAfter(null)
        }}
      />
      <Problems error={error} />
      {!images && !error && <Loading what="images" />}
      <ul className={styles.gallery}>
        {images?.nodes.map(({ image }) => (
          <SelectImage key={image.id} {...{ dataset, image, name, selection }} kind="LABELLED" />
        ))}
      </ul>
      {children}
      <DialogActions>
        <Button onClick={() => selection.add(images?.nodes.map(({ image }) => image.id) ?? [], 'LABELLED')}>
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
