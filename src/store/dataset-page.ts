import { containing } from './containing.js'
import type { Database } from './database.js'
import type { DatasetRow } from './dataset-row.js'
import type { Page, PageRequest } from './page.js'
import { byCreation, type Column, type Direction, readPage } from './read-page.js'

export interface DatasetFilter {
  /** Filters by a part of its name, in capitals or not. */
  readonly name?: string
}

const columns = {
  CREATED: byCreation,
  NAME: { name: 'name', type: 'text', nullable: false, valueOf: ({ name }) => name },
} as const satisfies Record<string, Column<DatasetRow>>

/** Orders of datasets. */
export type DatasetOrder = keyof typeof columns

/** A page of the datasets that match a filter. Throws like `readPage`. */
export function readDatasetPage(
  { client, kind }: Pick<Database, 'client' | 'kind'>,
  request: PageRequest,
  { name }: DatasetFilter = {},
  order: DatasetOrder = 'CREATED',
  direction: Direction = 'DESCENDING',
): Promise<Page<DatasetRow>> {
  const matching = name === undefined ? {} : { name: containing(name, kind) }
  return readPage<DatasetRow>(
    request,
    columns[order],
    direction,
    ({ where, ...query }) => client.dataset.findMany({ ...query, where: { AND: [matching, where] } }),
    () => client.dataset.count({ where: matching }),
  )
}
