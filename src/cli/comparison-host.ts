import type { Experiment } from '../library/index.js'
import type { TableRow } from './table.js'

/** Runs and watches comparisons: a library in this process, or a service. */
export interface ComparisonHost {
  /** Starts an experiment and returns the comparison's id. Relative paths start at `folder`. */
  start(experiment: Experiment, folder: string): Promise<string>
  /** Emits the current state, then every change, until the comparison has ended. */
  watch(id: string): Promise<AsyncIterable<ComparisonState>>
  results(id: string): Promise<ComparisonResults>
  /** The comparison with everything needed to repeat it. */
  exported(id: string, format: ExportFormat): Promise<string>
  /** Stops the comparison if it has not ended, and closes the host. */
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
  /** The recommendation as text; null if no run has finished. */
  readonly recommendation: string | null
}

export type ExportFormat = 'json' | 'csv'
