import { Progress as Bar } from 'radix-ui'
import styles from './progress.module.css'

/** A progress bar. `share` is from 0 to 1. */
export function Progress({ label, share }: { readonly label: string; readonly share: number }) {
  const percent = Math.floor(100 * share)
  return (
    <div className={styles.progress}>
      <Bar.Root className={styles.track} value={percent} aria-label={label}>
        <Bar.Indicator className={styles.done} style={{ width: `${100 * share}%` }} />
      </Bar.Root>
      <span className="numeric">{percent} %</span>
    </div>
  )
}
