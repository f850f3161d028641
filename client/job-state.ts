import type { JobStatus } from './generated.js'

/** What the service does in the background. */
export type WatchedJob = 'comparison' | 'import' | 'training' | 'classification' | 'classifierJob'

/** How far a job is. */
export interface JobState {
  readonly id: string
  readonly status: JobStatus
  /** The share of the work that is done, from 0 to 1. */
  readonly progress: number
  /** Why it failed, or why it waits. */
  readonly error?: string | null
}

export interface WaitOptions {
  /** Called with every state that is seen, the last one included. */
  readonly onState?: (state: JobState) => void
  /** Stops waiting. The job goes on. */
  readonly signal?: AbortSignal
  /** Seconds between two questions where the subscription does not last; 1 by default. */
  readonly pollSeconds?: number
}
