import { useState } from 'react'
import { useQuery } from 'urql'
import { Link } from 'wouter'
import { ClassImagesDocument, type Split } from '../../api/generated'
import { Button } from '../../components/button'
import { Choice } from '../../components/choice'
import { Dialog, DialogActions } from '../../components/dialog'
import { Loading } from '../../components/loading'
import { Problems } from '../../components/problems'
import { Thumbnail } from '../../components/thumbnail'
import { plural } from '../../design/format'
import styles from './datasets.module.css'
import { splits } from './splits'

/** Every image of a class, in pages. Each links to its predictions. */
export function ClassImages({
  dataset,
  name,
  onClose,
}: {
  readonly dataset: string
  readonly name: string
  readonly onClose: () => void
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
          <li key={image.id}>
            <Link href={`/try?dataset=${dataset}&image=${image.id}`}>
              <Thumbnail image={image} alt={`${name}, ${image.id.slice(0, 8)}`} size={72} />
            </Link>
          </li>
        ))}
      </ul>
      <DialogActions>
        {after !== null && <Button onClick={() => setAfter(null)}>First page</Button>}
        {images?.pageInfo.hasNextPage && (
          <Button onClick={() => setAfter(images.pageInfo.endCursor)}>Next page</Button>
        )}
        <Button onClick={onClose}>Close</Button>
      </DialogActions>
    </Dialog>
  )
}
