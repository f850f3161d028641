import { Notice } from '../../components/notice'
import styles from './datasets.module.css'

/** What may be a mistake in what is imported. */
export function ImportWarnings({
  warnings,
}: {
  readonly warnings: readonly { readonly code: string; readonly text: string }[]
}) {
  if (warnings.length === 0) return null
  return (
    <Notice tone="warn" title="Please look at this. It may be meant.">
      <ul className={styles.warnings}>
        {warnings.map(({ code, text }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the list is shown as a whole and never changes in part.
          <li key={i} data-code={code}>
            {text}
          </li>
        ))}
      </ul>
    </Notice>
  )
}
