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
  readonly status?: JobStatus
  readonly created?: TimeRange
  readonly finished?: TimeRange
}

const columns = {
  CREATED: byCreation,
  FINISHED: { name: 'finishedAt', type: 'time', nullable: true, valueOf: ({ finishedAt }) => finishedAt },
  SHOTS: { name: 'shots', type: 'number', nullable: false, valueOf: ({ shots }) => shots },
  ACCURACY: {
    name: 'accuracy',
    type: 'number',
    nullable: true,
    valueOf: ({ result }) => result?.accuracy ?? null,
  },
  TOP5_ACCURACY: {
    name: 'top5Accuracy',
    type: 'number',
    nullable: true,
    valueOf: ({ result }) => result?.top5Accuracy ?? null,
  },
  CALIBRATION_ERROR: {
    name: 'calibrationError',
    type: 'number',
    nullable: true,
    valueOf: ({ result }) => result?.calibrationError ?? null,
  },
} as const satisfies Record<string, Column<RunRow>>

/** Orders of runs. */
export type RunOrder = keyof typeof columns

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
