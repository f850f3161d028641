import styles from './methods.module.css'

/** Shows whether something is built in or from a plugin. */
export function Origin({ plugin }: { readonly plugin: string | null }) {
  return plugin === null ? (
    <span className={styles.builtin}>built in</span>
  ) : (
    <span className={styles.plugin}>plugin {plugin}</span>
  )
}
