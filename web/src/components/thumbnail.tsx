import { useState } from 'react'
import { localPath } from '../api/local-path'
import styles from './thumbnail.module.css'

/** A small image. If it does not load, shows its id. */
export function Thumbnail({
  image,
  alt,
  size = 64,
}: {
  readonly image: { readonly id: string; readonly thumbnail: string }
  readonly alt: string
  /** The side of the square, in pixels. */
  readonly size?: number
}) {
  const [broken, setBroken] = useState(false)
  if (broken) {
    return (
      <span className={styles.broken} style={{ width: size, height: size }} title={`Image ${image.id}`}>
        <span className="visually-hidden">{alt}: image </span>
        {image.id.slice(0, 8)} does not load
      </span>
    )
  }
  return (
    <img
      className={styles.thumbnail}
      src={localPath(image.thumbnail)}
      alt={alt}
      width={size}
      height={size}
      loading="lazy"
      decoding="async"
      onError={() => setBroken(true)}
    />
  )
}
