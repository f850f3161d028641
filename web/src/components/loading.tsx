import styles from './loading.module.css'

/** Said after a moment only: what is quick needs no such word. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <p role="status" className={styles.loading}>
      <span className={styles.spinner} aria-hidden="true" /> Reading {what}…
    </p>
  )
}
