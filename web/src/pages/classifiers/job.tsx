import { useState } from 'react'
import { type CombinedError, useMutation, useSubscription } from 'urql'
import {
  CancelClassifierJobDocument,
  ClassifierJobChangesDocument,
  type ClassifierJobInDialogFragment,
} from '../../api/generated'
import { Button } from '../../components/button'
import { Notice } from '../../components/notice'
import { Problems } from '../../components/problems'
import { Progress } from '../../components/progress'
import { count } from '../../design/format'

type Job = ClassifierJobInDialogFragment

/** A job of a classifier that a dialog has started, and follows to its end. */
export interface FollowedJob {
  readonly job: Job | undefined
  /** Why it cannot be followed. */
  readonly error: CombinedError | undefined
  readonly isRunning: boolean
  readonly follow: (job: Job | undefined) => void
}

/** Follows a job. `onSuccess` is called once it has succeeded. */
export function useClassifierJob(onSuccess: (job: Job) => void): FollowedJob {
  const [job, setJob] = useState<Job>()
  const isRunning = job !== undefined && (job.status === 'QUEUED' || job.status === 'RUNNING')
  const [{ error }] = useSubscription(
    { query: ClassifierJobChangesDocument, variables: { id: job?.id ?? '' }, pause: !isRunning },
    (_, changes) => {
      const state = changes.classifierJob
      setJob(state)
      if (state.status === 'SUCCEEDED') onSuccess(state)
      return changes
    },
  )
  return { job, error, isRunning, follow: setJob }
}

/** How far a job is, with a button that cancels it. Shows why it failed. */
export function JobState({ followed: { job, error, isRunning } }: { readonly followed: FollowedJob }) {
  const [cancelled, cancel] = useMutation(CancelClassifierJobDocument)
  if (!job) return null
  const { id, status, images, done, progress } = job
  return (
    <>
      <Problems error={error ?? cancelled.error} />
      {isRunning && (
        <>
          <Progress label="Progress" share={progress} />
          <p className="muted">
            {images > 0 && `${count(done)} of ${count(images)} images encoded. `}
            You may close this: the work goes on.
          </p>
          <div>
            <Button tone="quiet" onClick={() => cancel({ id })}>
              Stop
            </Button>
          </div>
        </>
      )}
      {status === 'CANCELLED' && <Notice tone="plain">It was stopped.</Notice>}
      {job.error && <Notice tone="warn">{job.error}</Notice>}
    </>
  )
}
