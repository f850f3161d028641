import { Link } from 'wouter'
import { Checkbox } from '../../components/field'
import { Thumbnail } from '../../components/thumbnail'
import styles from './mending.module.css'
import type { ImageKind, ImageSelection } from './selection'

/** An image that can be selected, and links to its predictions. */
export function SelectImage({
  dataset,
  image,
  name,
  kind,
  selection,
}: {
  readonly dataset: string
  readonly image: { readonly id: string; readonly thumbnail: string }
  readonly name: string
  readonly kind: ImageKind
  readonly selection: ImageSelection
}) {
  const alt = `${name}, ${image.id.slice(0, 8)}`
  return (
    <li className={styles.image}>
      <Link href={`/try?dataset=${dataset}&image=${image.id}`}>
        <Thumbnail image={image} alt={alt} size={72} />
      </Link>
      <span className={styles.select}>
        <Checkbox
          label={`Select ${alt}`}
          hideLabel
          checked={selection.images.has(image.id)}
          onChange={() => selection.toggle(image.id, kind)}
        />
      </span>
    </li>
  )
}
