import type { MethodsQuery } from '../../api/generated'
import { type Column, DataTable } from '../../components/data-table'
import { list } from '../../design/format'

type Encoder = MethodsQuery['encoders'][number]

export function Encoders({ encoders }: Pick<MethodsQuery, 'encoders'>) {
  return <DataTable label="Encoders" columns={columns} rows={encoders} keyOf={({ id }) => id} />
}

const columns: readonly Column<Encoder>[] = [
  {
    id: 'name',
    header: 'Encoder',
    cell: ({ id, name, isDefault }) => (
      <>
        {name} <code>{id}</code>
        {isDefault && <span className="muted"> · default</span>}
      </>
    ),
  },
  { id: 'dimensions', header: 'Dimensions', numeric: true, cell: ({ dimensions }) => dimensions },
  { id: 'side', header: 'Image side', numeric: true, cell: ({ imageSize }) => `${imageSize} px` },
  { id: 'scale', header: 'Logit scale', numeric: true, cell: ({ logitScale }) => logitScale.toFixed(2) },
  { id: 'spaces', header: 'Spaces', cell: ({ spaces }) => list(spaces.map(({ id }) => id)) },
]
