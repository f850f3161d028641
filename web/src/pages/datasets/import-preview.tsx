import { Card } from '../../components/card'
import { type Column, DataTable } from '../../components/data-table'
import { Loading } from '../../components/loading'
import { ProblemList } from '../../components/problems'
import { count, plural } from '../../design/format'
import styles from './datasets.module.css'
import { ImportWarnings } from './import-warnings'
import { RejectedFiles } from './rejected-files'
import { imagesIn, splits } from './splits'
import type { Preview, PreviewState } from './use-import-preview'

/** What an import would do: classes and splits with their images, what may be a mistake, and what is left out. */
export function ImportPreview({ preview, problems, checking }: PreviewState) {
  if (checking) {
    return (
      <Card title="Preview">
        <Loading what="every image" />
      </Card>
    )
  }
  if (problems.length > 0) return <ProblemList problems={problems} />
  if (preview === undefined) return null
  const { classes, warnings, rejected, rejectedCount } = preview
  return (
    <>
      <Card title="Preview" note={summaryOf(preview)} flush>
        <div className={styles.narrow}>
          <DataTable
            label="Images by class and split"
            columns={columns}
            rows={classes}
            keyOf={({ name }) => name}
          />
        </div>
      </Card>
      <ImportWarnings warnings={warnings} />
      {rejectedCount > 0 && (
        <Card
          title={`${plural(rejectedCount, 'file')} left out`}
          note={
            rejectedCount > rejected.length ? `The first ${count(rejected.length)} are shown.` : undefined
          }
          flush
        >
          <RejectedFiles files={rejected} />
        </Card>
      )}
    </>
  )
}

function summaryOf({ name, dataset, classes, added, duplicates }: Preview): string {
  const goal = dataset === null ? `A new dataset “${name}”` : `The dataset “${name}”, which is there already,`
  const be = duplicates === 1 ? 'is' : 'are'
  const there = dataset === null ? `${be} there twice` : `${be} there already`
  return `${goal} gets ${plural(added, 'image')} in ${plural(classes.length, 'class', 'classes')}${duplicates > 0 ? `; ${count(duplicates)} ${there}` : ''}. Nothing is stored yet.`
}

const columns: readonly Column<Preview['classes'][number]>[] = [
  { id: 'class', header: 'Class', cell: ({ name }) => name },
  ...splits.map(({ value, label }) => ({
    id: value,
    header: label,
    numeric: true,
    cell: ({ counts }: Preview['classes'][number]) => count(imagesIn(counts, value)),
  })),
]
