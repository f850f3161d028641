import { useState } from 'react'
import styles from './thumbnail.module.css'

/** An image, small. One that does not load says which it is. */
export function Thumbnail({
  image,
  alt,
  size = 64,
}: {
  readonly image: { readonly id: string; readonly thumbnail: string }
  readonly alt: string
  /** The side of its square, in pixels. */
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
      src={image.thumbnail}
      alt={alt}
      width={size}
      height={size}
      loading="lazy"
      decoding="async"
      onError={() => setBroken(true)}
    />
  )
}
