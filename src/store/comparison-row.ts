import type { JobStatus } from './enums.js'
import type { RunRequest } from './run-row.js'

export interface ComparisonRow {
  readonly id: string
  readonly datasetId: string
  /** The dataset of the test images, if it is another one with the same classes. */
  readonly testDatasetId: string | null
  readonly encoder: string
  /** The kind of processor that its features come from; null until it starts, and for comparisons of earlier versions. */
  readonly processor: string | null
  /** The position of the last image at the time of the request; null if an earlier version did not store it. */
  readonly lastImage: number | null
  /**
   * The fingerprint of the encoder's weights, the classes and the images at the time of the request; null as above.
   */
  readonly contents: string | null
  /** What a person calls it; null if it has no name. */
  readonly name: string | null
  /** What a person notes about it; may be empty. */
  readonly notes: string
  /** When it was put away; null if it was not. */
  readonly discardedAt: Date | null
  readonly status: JobStatus
  readonly progress: number
  readonly error: string | null
  /** The stable code of `error`; null for errors of earlier versions. */
  readonly errorCode: string | null
  readonly createdAt: Date
  readonly finishedAt: Date | null
}

export interface NewComparison {
  /** The fingerprint of the requested runs, in their order. */
  readonly fingerprint: string
  readonly datasetId: string
  readonly testDatasetId: string | null
  readonly encoder: string
  readonly lastImage: number
  readonly contents: string
  readonly name?: string | null
  readonly notes?: string
  /** The listed support images; none if support sets are drawn. */
  readonly supportImages?: readonly string[]
  readonly runs: readonly (RunRequest & { readonly fingerprint: string })[]
}
