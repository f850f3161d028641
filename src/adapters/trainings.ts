import { errors, ShotboardError } from '../errors.js'
import type { Changes } from '../jobs/changes.js'
import type { JobQueue } from '../jobs/queue.js'
import { hasEnded, recordedJobs } from '../jobs/recorded-jobs.js'
import type { TrainingRow } from '../store/trainings.js'
import { parseTrainingSettings, type TrainingSettingsInput } from '../training/settings.js'
import { trainingSteps } from '../training/train-adapter.js'
import { freeName, requireFreeName } from './adapter-names.js'
import { removeCheckpoint, runTraining, type TrainingJobContext } from './training-job.js'

export interface TrainAdapterInput extends TrainingSettingsInput {
  /** The generic images, whatever their splits. */
  readonly dataset: string
  readonly encoder?: string | null
  /** What the adapter will be called; otherwise the objective and the first free number. */
  readonly name?: string | null
}

export interface Trainings {
  /**
   * Asks for an adapter. Once this resolves, training goes on to its end whatever happens to the process; then the adapter
   * is the encoder's space `imo:NAME`. Throws UNKNOWN_DATASET, UNKNOWN_ENCODER, INVALID_VALUE, TRAINING_IMAGES or
   * ADAPTER_EXISTS with the argument at fault, and then keeps nothing.
   */
  train(input: TrainAdapterInput): Promise<TrainingRow>
  /** Stops a training; `goOn` takes it up where it stopped. Throws UNKNOWN_TRAINING or TRAINING_FINISHED. */
  cancel(id: string): Promise<TrainingRow>
  /** Takes up one that failed or was cancelled, from its last checkpoint. Throws UNKNOWN_TRAINING or ADAPTER_EXISTS. */
  goOn(id: string): Promise<TrainingRow>
  /** Forgets a training with its checkpoint; its adapter stays. Throws UNKNOWN_TRAINING, or IN_USE while it has not ended. */
  delete(id: string): Promise<void>
  /** Resolves with the training once it has ended. Throws UNKNOWN_TRAINING. */
  ended(id: string): Promise<TrainingRow>
  /** A training as it is and then as it becomes, until it has ended. Throws UNKNOWN_TRAINING. */
  watch(id: string): Promise<AsyncIterableIterator<TrainingRow>>
  /** Goes on with what a stop interrupted. */
  resume(): Promise<void>
}

export interface TrainingsContext extends TrainingJobContext {
  readonly queue: JobQueue
  readonly changes: Changes
  /** Told of every fault of the disk or the database that a training waits out. */
  readonly onFault: (id: string, fault: ShotboardError) => void
}

/** Whoever watches a training is told at most twice a second. */
const minMsBetweenStates = 500

export function createTrainings(context: TrainingsContext): Trainings {
  const { store, encoders, queue, changes } = context

  const { enqueue, find, cancel, watch, ended, resume } = recordedJobs<TrainingRow>({
    queue,
    records: store.trainings,
    run: (id, signal) => runTraining(context, id, signal),
    park: (id, { message, code }) => store.trainings.park(id, { error: message, errorCode: code }),
    onFault: context.onFault,
    writeCancelled: ({ id }) => store.trainings.end(id, { status: 'CANCELLED' }),
    notFoundError: errors.unknownTraining,
    finishedError: errors.trainingFinished,
  })

  return {
    async train({ dataset: datasetId, encoder: encoderId, name: asked, ...input }) {
      const dataset = await store.datasets.get(datasetId)
      if (!dataset) throw errors.unknownDataset({ id: datasetId }, 'dataset')
      const encoder = encoders.get(encoderId, 'encoder')
      const settings = parseTrainingSettings(input)
      const lastImage = await store.datasets.lastImage([dataset.id])
      const images = await store.datasets.images(dataset.id, undefined, lastImage)
      const steps = atArgument('dataset', () => trainingSteps(settings, images))
      const name = asked?.trim() ?? (await freeName(store, encoder, settings.objective))
      await requireFreeName(store, encoder, name)
      const row = await store.trainings.create({
        ...{ name, encoder: encoder.id, datasetId: dataset.id },
        ...{ lastImage, settings, steps },
      })
      enqueue(row.id)
      return row
    },
    cancel,
    async goOn(id) {
      const { name, encoder, status } = await find(id)
      if (status === 'SUCCEEDED') throw errors.trainingFinished({ id, status }, 'id')
      if (hasEnded({ status })) {
        await requireFreeName(store, encoders.get(encoder), name, 'id')
        if (await store.trainings.reopen(id)) enqueue(id)
      }
      return find(id)
    },
    async delete(id) {
      if (!hasEnded(await find(id))) {
        throw errors.trainingNotFinished({ id }, 'id')
      }
      await store.trainings.delete(id)
      await removeCheckpoint(context, id)
    },
    ended,
    watch: (id) => watch(id, changes, minMsBetweenStates),
    resume,
  }
}

function atArgument<T>(argument: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof ShotboardError ? error.at(argument) : error
  }
}
