import type { ImportStateFragment } from '../../api/generated'
import { type Column, DataTable } from '../../components/data-table'
import styles from './datasets.module.css'

type RejectedFile = ImportStateFragment['rejected'][number]

/** Files that are left out of an import, with why. */
export function RejectedFiles({ files }: { readonly files: readonly RejectedFile[] }) {
  return (
    <div className={styles.narrow}>
      <DataTable label="Files that are left out" columns={columns} rows={files} keyOf={({ file }) => file} />
    </div>
  )
}

const columns: readonly Column<RejectedFile>[] = [
  { id: 'file', header: 'File', cell: ({ file }) => file },
  { id: 'reason', header: 'Reason', cell: ({ reason }) => <span className={styles.reason}>{reason}</span> },
]
