import type { Experiment } from '../library/index.js'
import type { TableRow } from './table.js'

/** Where comparisons are made and watched: a library in this process, or a service. */
export interface ComparisonHost {
  /** Starts an experiment and returns the comparison's id. Folders are looked for from `folder`. */
  start(experiment: Experiment, folder: string): Promise<string>
  /** The comparison as it is, and then as it becomes, until it has ended. */
  watch(id: string): Promise<AsyncIterable<ComparisonState>>
  results(id: string): Promise<ComparisonResults>
  /** The comparison with everything needed to repeat it. */
  exported(id: string, format: ExportFormat): Promise<string>
  /** Ends the work on a comparison that has not ended, and closes. */
  stop(id: string | undefined): Promise<void>
  close(): Promise<void>
}

export interface ComparisonState {
  readonly status: string
  /** From 0 to 1. */
  readonly progress: number
}

export interface ComparisonResults {
  readonly status: string
  readonly error: string | null
  readonly rows: readonly TableRow[]
  /** Which method to use, in words; null where nothing has finished. */
  readonly recommendation: string | null
}

export type ExportFormat = 'json' | 'csv'
