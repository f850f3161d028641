import styles from './loading.module.css'

/** Appears after a short delay, so that quick loads show no message. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <p role="status" className={styles.loading}>
      <span className={styles.spinner} aria-hidden="true" /> Reading {what}…
    </p>
  )
}
