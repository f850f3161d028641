import type { JobStatus } from '../api/generated'
import styles from './status-badge.module.css'

const words: Readonly<Record<JobStatus, string>> = {
  QUEUED: 'Waiting',
  RUNNING: 'Running',
  SUCCEEDED: 'Finished',
  FAILED: 'Failed',
  CANCELLED: 'Cancelled',
}

export function StatusBadge({ status }: { readonly status: JobStatus }) {
  return <span className={`${styles.badge} ${styles[status]}`}>{words[status]}</span>
}
