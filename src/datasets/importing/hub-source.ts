import { basename } from 'node:path'
import { type FetchOptions, fetchDataset } from '../../sources/hub/fetch-dataset.js'
import type { HubDataset } from '../../sources/hub/hub-dataset.js'
import type { LayoutRequest } from '../../sources/layout.js'
import { openSource } from '../../sources/open-source.js'
import type { Source, SourceLimits } from '../../sources/source.js'

export interface HubContext {
  /** The hub, and the folder for downloads. */
  readonly hub: Pick<FetchOptions, 'endpoint' | 'token' | 'directory'>
  readonly limits: SourceLimits
}

/** A source with what is to be done once it is no longer needed. */
export interface FetchedSource {
  readonly source: Source
  /** The name of its dataset, unless another one is asked for; null if the source says it. */
  readonly name: string | null
  /** Removes what was downloaded. */
  remove(): Promise<void>
}

/**
 * Downloads a dataset of the hub and opens it. What was downloaded stays until `remove` is called, so an import that follows a
 * preview, or goes on after a stop, need not fetch it again. Throws as `fetchDataset` and `openSource`.
 */
export async function openHubSource(
  { hub, limits }: HubContext,
  dataset: HubDataset,
  layout: Omit<LayoutRequest, 'splitRule'>,
  options: { readonly signal?: AbortSignal | undefined; onProgress?: (done: number, total: number) => void },
): Promise<FetchedSource> {
  const { folder, remove } = await fetchDataset(dataset, { ...hub, limits, ...options })
  const source = await openSource(folder, limits, layout.labels?.columns)
  return { source, name: basename(dataset.repository), remove }
}
