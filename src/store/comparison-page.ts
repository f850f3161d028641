import type { ComparisonRow } from './comparison-row.js'
import { containing } from './containing.js'
import type { Database } from './database.js'
import type { JobStatus } from './enums.js'
import type { Page, PageRequest } from './page.js'
import { byCreation, type Column, type Direction, readPage } from './read-page.js'
import { type TimeRange, within } from './time-range.js'

export interface ComparisonFilter {
  readonly datasetId?: string
  readonly status?: JobStatus | { readonly in: JobStatus[] }
  /** Filters by one of its runs. */
  readonly method?: string
  readonly space?: string
  readonly shots?: number
  readonly created?: TimeRange
  readonly finished?: TimeRange
  /** Filters by a part of its name, its notes, or the name of its dataset. */
  readonly search?: string
  /** Whether it was put away. */
  readonly discarded?: boolean
}

const columns = {
  CREATED: byCreation,
  FINISHED: { name: 'finishedAt', type: 'time', nullable: true, valueOf: ({ finishedAt }) => finishedAt },
} as const satisfies Record<string, Column<ComparisonRow>>

/** Orders of comparisons. */
export type ComparisonOrder = keyof typeof columns

/** A page of the comparisons that match a filter. Throws like `readPage`. */
export function readComparisonPage(
  { client, kind }: Pick<Database, 'client' | 'kind'>,
  request: PageRequest,
  filter: ComparisonFilter,
  order: ComparisonOrder = 'CREATED',
  direction: Direction = 'DESCENDING',
): Promise<Page<ComparisonRow>> {
  const { method, space, shots, created, finished, search, discarded, ...equal } = filter
  const run = {
    ...(method !== undefined && { method }),
    ...(space !== undefined && { space }),
    ...(shots !== undefined && { shots }),
  }
  const matching = {
    ...equal,
    ...(Object.keys(run).length > 0 && { runs: { some: { run } } }),
    ...(created && { createdAt: within(created) }),
    ...(finished && { finishedAt: within(finished) }),
    ...(discarded !== undefined && { discardedAt: discarded ? { not: null } : null }),
    ...(search !== undefined && { OR: textsWith(search, kind) }),
  }
  return readPage<ComparisonRow>(
    request,
    columns[order],
    direction,
    ({ where, ...query }) => client.comparison.findMany({ ...query, where: { AND: [matching, where] } }),
    () => client.comparison.count({ where: matching }),
  )
}

/** The texts of a comparison that are searched. */
function textsWith(text: string, kind: Database['kind']) {
  const contains = containing(text, kind)
  return [{ name: contains }, { notes: contains }, { dataset: { name: contains } }]
}
