import type { JobStatus } from './enums.js'
import type { RunRequest } from './run-row.js'

export interface ComparisonRow {
  readonly id: string
  readonly datasetId: string
  /** Where the test images come from, if from another dataset of the same classes. */
  readonly testDatasetId: string | null
  readonly encoder: string
  /** The position of the last image there was when it was asked for; null where that was not remembered. */
  readonly lastImage: number | null
  /** Of the encoder's weights, the classes and the images that it was asked for with; null as above. */
  readonly contents: string | null
  readonly status: JobStatus
  readonly progress: number
  readonly error: string | null
  readonly createdAt: Date
  readonly finishedAt: Date | null
}

export interface NewComparison {
  /** Of the runs asked for, in their order. */
  readonly fingerprint: string
  readonly datasetId: string
  readonly testDatasetId: string | null
  readonly encoder: string
  readonly lastImage: number
  readonly contents: string
  readonly runs: readonly (RunRequest & { readonly fingerprint: string })[]
}
