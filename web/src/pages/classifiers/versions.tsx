import { useMutation } from 'urql'
import { type ClassifierOnPageFragment, RollbackClassifierDocument } from '../../api/generated'
import { Button } from '../../components/button'
import { Card } from '../../components/card'
import { type Column, DataTable } from '../../components/data-table'
import { MethodName } from '../../components/method-name'
import { Problems } from '../../components/problems'
import { count, fixed, plural, time } from '../../design/format'

type Version = ClassifierOnPageFragment['versions'][number]

/** All versions, newest first. Another one can be made the one that answers. */
export function Versions({
  classifier: { id, versions },
  onChange,
}: {
  readonly classifier: ClassifierOnPageFragment
  readonly onChange: () => void
}) {
  const [{ fetching, error }, rollback] = useMutation(RollbackClassifierDocument)
  const use: Column<Version> = {
    id: 'use',
    header: <span className="visually-hidden">Use</span>,
    cell: ({ number, isCurrent }) =>
      isCurrent ? (
        'Answers'
      ) : (
        <Button
          tone="quiet"
          disabled={fetching}
          onClick={() => rollback({ classifier: id, version: number }).then(onChange)}
        >
          {`Use version ${number}`}
        </Button>
      ),
  }
  return (
    <Card
      title={plural(versions.length, 'version')}
      note="“Use this” in a comparison, with the same name, makes a new one. Older ones stay."
      flush
    >
      <Problems error={error} />
      <DataTable
        label="Versions"
        columns={[...columns, use]}
        rows={versions}
        keyOf={({ number }) => String(number)}
      />
    </Card>
  )
}

const columns: readonly Column<Version>[] = [
  { id: 'number', header: 'Version', cell: ({ number }) => number },
  {
    id: 'method',
    header: 'Method',
    cell: ({ method, space }) => <MethodName method={method} space={space} />,
  },
  {
    id: 'images',
    header: 'Support images',
    numeric: true,
    cell: ({ support }) => count(support.images),
  },
  {
    id: 'accuracy',
    header: 'Measured accuracy',
    numeric: true,
    cell: ({ measured }) =>
      measured ? `${fixed(100 * measured.accuracy.mean)} % at ${plural(measured.shots, 'shot')}` : '–',
  },
  { id: 'since', header: 'Made', cell: ({ createdAt }) => time(createdAt) },
]
