import { useState } from 'react'
import { type Column, DataTable } from '../../components/data-table'
import { fixed } from '../../design/format'
import type { SpaceOverlap } from './space-figure'

/** All measures of all spaces. */
export function SpacesTable({ spaces }: { readonly spaces: readonly SpaceOverlap[] }) {
  const [order, setOrder] = useState('overlap')
  return (
    <DataTable
      label="Measures of every space"
      columns={columns}
      rows={spaces}
      keyOf={({ space }) => space.id}
      order={order}
      onOrder={setOrder}
    />
  )
}

const number = (
  id: string,
  header: string,
  measure: (space: SpaceOverlap) => number,
  digits = 3,
): Column<SpaceOverlap> => ({
  id,
  header,
  numeric: true,
  orderBy: measure,
  cell: (space) => fixed(measure(space), digits),
})

const columns: readonly Column<SpaceOverlap>[] = [
  {
    id: 'space',
    header: 'Space',
    orderBy: ({ space }) => space.id,
    cell: ({ space }) => <strong>{space.id}</strong>,
  },
  {
    id: 'overlap',
    header: 'Overlap',
    numeric: true,
    orderBy: ({ overlap }) => overlap.value,
    cell: ({ overlap: { value, low, high } }) => (
      <>
        {fixed(value, 3)}{' '}
        <span className="muted">
          {fixed(low, 3)} to {fixed(high, 3)}
        </span>
      </>
    ),
  },
  number('auc', 'AUC', ({ auc }) => auc),
  number('same', 'Mean, same class', ({ meanSame }) => meanSame),
  number('different', 'Mean, different', ({ meanDifferent }) => meanDifferent),
  number('within', 'Variance within', ({ variance }) => variance.within),
  number('between', 'Variance between', ({ variance }) => variance.between),
  number('ratio', 'Within / between', ({ variance }) => variance.ratio, 2),
]
