import { type MeasureName, type MeasureOrder, measureNames, measures } from '../measures.js'
import type { DatabaseClient } from './database.js'
import type { JobStatus } from './enums.js'
import type { Page, PageRequest } from './page.js'
import { byCreation, type Column, type Direction, readPage } from './read-page.js'
import { type RunRow, toRun } from './run-row.js'
import { type TimeRange, within } from './time-range.js'

export interface RunFilter {
  readonly datasetId?: string
  readonly comparisonId?: string
  readonly method?: string
  readonly space?: string
  readonly shots?: number
  readonly seed?: number
  readonly status?: JobStatus | { readonly in: JobStatus[] }
  readonly created?: TimeRange
  readonly finished?: TimeRange
}

const ownColumns = {
  CREATED: byCreation,
  FINISHED: { name: 'finishedAt', type: 'time', nullable: true, valueOf: ({ finishedAt }) => finishedAt },
  SHOTS: { name: 'shots', type: 'number', nullable: false, valueOf: ({ shots }) => shots },
} as const satisfies Record<string, Column<RunRow>>

const columnOf = (name: MeasureName): Column<RunRow> => ({
  name,
  type: 'number',
  nullable: true,
  valueOf: ({ result }) => result?.[name] ?? null,
})

/** Orders of runs. */
export type RunOrder = keyof typeof ownColumns | MeasureOrder

const columns = {
  ...ownColumns,
  ...(Object.fromEntries(measureNames.map((name) => [measures[name].order, columnOf(name)])) as Record<
    MeasureOrder,
    Column<RunRow>
  >),
} satisfies Record<RunOrder, Column<RunRow>>

/** A page of the runs that match a filter. Throws like `readPage`. */
export function readRunPage(
  client: DatabaseClient,
  request: PageRequest,
  filter: RunFilter,
  order: RunOrder = 'CREATED',
  direction: Direction = 'DESCENDING',
): Promise<Page<RunRow>> {
  const { comparisonId, created, finished, ...equal } = filter
  const matching = {
    ...equal,
    ...(comparisonId !== undefined && { comparisons: { some: { comparisonId } } }),
    ...(created && { createdAt: within(created) }),
    ...(finished && { finishedAt: within(finished) }),
  }
  return readPage<RunRow>(
    request,
    columns[order],
    direction,
    async ({ where, ...query }) =>
      (await client.run.findMany({ ...query, where: { AND: [matching, where] } })).map(toRun),
    () => client.run.count({ where: matching }),
  )
}
