import type { JobStatus } from '../store/enums.js'

/** Whether a job has succeeded, failed or been cancelled. */
export const hasEnded = ({ status }: { readonly status: JobStatus }): boolean =>
  status !== 'QUEUED' && status !== 'RUNNING'
