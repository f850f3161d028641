import styles from './gone-image.module.css'

/** Stands where the thumbnail of a removed image would. */
export const GoneImage = ({ size }: { readonly size: number }) => (
  <span className={styles.gone} style={{ width: size, height: size }}>
    Removed
  </span>
)
