import { ShotboardClientError } from './client-error.js'
import type { ShotboardClient } from './contract.js'
import {
  ClassifierJobStateDocument,
  ComparisonStateDocument,
  DatasetClassificationStateDocument,
  ImportStateDocument,
  TrainingStateDocument,
  WatchClassifierJobDocument,
  WatchComparisonDocument,
  WatchDatasetClassificationDocument,
  WatchImportDocument,
  WatchTrainingDocument,
} from './generated.js'
import type { JobState, WaitOptions, WatchedJob } from './job-state.js'

/** The service may be restarting: so many questions in a row may fail. */
const maxFailures = 5

/** It counts failures itself. */
const once = { retries: 0 }

type Requests = Pick<ShotboardClient, 'request' | 'subscribe'>

/**
 * Follows a job by its subscription, and by asking again and again where connections do not last.
 * Resolves with its state once it has ended, in whatever way: look at `status`. Throws as `request` does, and the signal's
 * reason when it aborts.
 */
export async function waitFor(
  client: Requests,
  kind: WatchedJob,
  id: string,
  { onState, signal, pollSeconds = 1 }: WaitOptions = {},
): Promise<JobState> {
  signal?.throwIfAborted()
  for await (const state of untilAborted(watch(client, kind, id, pollSeconds), signal)) {
    onState?.(state)
    if (hasEnded(state)) return state
  }
  throw new ShotboardClientError('CONNECTION_CLOSED', `The ${kind} ${id} was not followed to its end.`)
}

const hasEnded = ({ status }: JobState): boolean =>
  status === 'SUCCEEDED' || status === 'FAILED' || status === 'CANCELLED'

async function* watch(
  client: Requests,
  kind: WatchedJob,
  id: string,
  pollSeconds: number,
): AsyncGenerator<JobState> {
  try {
    for await (const state of subscribed(client, kind, id)) {
      yield state
      if (hasEnded(state)) return
    }
  } catch (error) {
    if (!isOfConnection(error)) throw error
  }
  let failures = 0
  for (;;) {
    try {
      const state = await asked(client, kind, id)
      failures = 0
      if (state !== undefined) yield state
    } catch (error) {
      failures += 1
      if (!isOfConnection(error) || failures === maxFailures) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, pollSeconds * 1000))
  }
}

async function* subscribed(client: Requests, kind: WatchedJob, id: string): AsyncGenerator<JobState> {
  if (kind === 'comparison') {
    for await (const { comparison } of client.subscribe(WatchComparisonDocument, { id })) yield comparison
  }
  if (kind === 'import') {
    const states = client.subscribe(WatchImportDocument, { id })
    for await (const { import: state } of states) yield state
  }
  if (kind === 'training') {
    for await (const { training } of client.subscribe(WatchTrainingDocument, { id })) yield training
  }
  if (kind === 'classification') {
    const states = client.subscribe(WatchDatasetClassificationDocument, { id })
    for await (const { datasetClassification } of states) yield datasetClassification
  }
  if (kind === 'classifierJob') {
    const states = client.subscribe(WatchClassifierJobDocument, { id })
    for await (const { classifierJob } of states) yield classifierJob
  }
}

async function asked({ request }: Requests, kind: WatchedJob, id: string): Promise<JobState | undefined> {
  if (kind === 'comparison')
    return (await request(ComparisonStateDocument, { id }, once)).comparison ?? undefined
  if (kind === 'training') return (await request(TrainingStateDocument, { id }, once)).training ?? undefined
  if (kind === 'classification') {
    const { datasetClassification } = await request(DatasetClassificationStateDocument, { id }, once)
    return datasetClassification ?? undefined
  }
  if (kind === 'classifierJob') {
    return (await request(ClassifierJobStateDocument, { id }, once)).classifierJob ?? undefined
  }
  return (await request(ImportStateDocument, { id }, once)).import ?? undefined
}

/** Whether the connection failed, and not the job: it may be asked for in another way. */
const isOfConnection = (error: unknown): boolean =>
  error instanceof ShotboardClientError &&
  ['CONNECTION_CLOSED', 'SERVER_UNREACHABLE', 'UNEXPECTED_ANSWER'].includes(error.code)

/** The same values until the signal aborts, which throws its reason at once. */
async function* untilAborted<T>(values: AsyncGenerator<T>, signal?: AbortSignal): AsyncGenerator<T> {
  if (!signal) return yield* values
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  aborted.catch(() => {})
  try {
    for (;;) {
      const { value, done } = await Promise.race([values.next(), aborted])
      if (done) return
      yield value
    }
  } finally {
    // A generator that waits cannot be returned from before it goes on: nobody waits for it.
    void values.return(undefined)
  }
}
