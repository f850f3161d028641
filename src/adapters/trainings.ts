import { errors, ShotboardError } from '../errors.js'
import type { Changes } from '../jobs/changes.js'
import { hasEnded } from '../jobs/has-ended.js'
import type { JobQueue } from '../jobs/job-queue.js'
import { createRecordedJobs } from '../jobs/recorded-jobs.js'
import type { TrainingRow } from '../store/trainings.js'
import { parseTrainingSettings, type TrainingSettingsInput } from '../training/settings.js'
import { trainingSteps } from '../training/train-adapter.js'
import { freeName, requireFreeName } from './adapter-names.js'
import { runTraining, type TrainingJobContext } from './training-job.js'

export interface TrainAdapterInput extends TrainingSettingsInput {
  /** The training images: all images of the dataset, in any split. */
  readonly dataset: string
  readonly encoder?: string | null
  /** The adapter's name. Default: the objective and the first free number. */
  readonly name?: string | null
}

export interface Trainings {
  /**
   * Queues a training. Once this resolves, the training survives restarts of the process. When it has succeeded, the adapter
   * is the encoder's space `imo:NAME`. Throws UNKNOWN_DATASET, UNKNOWN_ENCODER, INVALID_VALUE, TRAINING_IMAGES or
   * ADAPTER_EXISTS with the argument at fault, and then queues nothing.
   */
  train(input: TrainAdapterInput): Promise<TrainingRow>
  /** Stops a training; `continueTraining` can continue it. Throws UNKNOWN_TRAINING or TRAINING_FINISHED. */
  cancel(id: string): Promise<TrainingRow>
  /**
   * Continues a failed or cancelled training from its last checkpoint. Throws UNKNOWN_TRAINING, ADAPTER_EXISTS, or
   * TRAINING_FINISHED if it has succeeded.
   */
  continueTraining(id: string): Promise<TrainingRow>
  /** Deletes a training and its checkpoint; its adapter stays. Throws UNKNOWN_TRAINING, or IN_USE while it has not ended. */
  delete(id: string): Promise<void>
  /** Resolves with the training once it has ended. Throws UNKNOWN_TRAINING. */
  ended(id: string): Promise<TrainingRow>
  /**
   * Emits a training, and then its latest state after changes, at most twice a second, until it has ended. Throws
   * UNKNOWN_TRAINING.
   */
  watch(id: string): Promise<AsyncIterableIterator<TrainingRow>>
  /** Emits every training that has not ended or is asked for from now on, and then its latest states likewise. Never ends by itself. */
  watchOpen(): AsyncIterableIterator<TrainingRow>
  /** Resumes the trainings that a stop interrupted. */
  resume(): Promise<void>
}

export interface TrainingsContext extends TrainingJobContext {
  readonly queue: JobQueue
  readonly changes: Changes
  /** Called with every fault of the disk or the database after which a training is retried. */
  readonly onFault: (id: string, fault: ShotboardError) => void
}

/** One training uses all cores. */
const trainingsAtOnce = 1

export function createTrainings(context: TrainingsContext): Trainings {
  const { store, encoders, queue, changes } = context

  const { enqueue, find, cancel, watch, watchOpen, ended, resume } = createRecordedJobs<TrainingRow>({
    queue,
    kind: 'train',
    concurrency: trainingsAtOnce,
    records: store.trainings,
    changes,
    run: (id, signal) => runTraining(context, id, signal),
    fail: (id, { message, code }) =>
      store.trainings.end(id, { status: 'FAILED', error: message, errorCode: code }),
    park: (id, { message, code }) => store.trainings.park(id, { error: message, errorCode: code }),
    onFault: context.onFault,
    writeCancelled: ({ id }) => store.trainings.end(id, { status: 'CANCELLED' }),
    notFoundError: errors.unknownTraining,
    finishedError: errors.trainingFinished,
  })

  return {
    async train({ dataset: datasetId, encoder: encoderId, name: requestedName, ...input }) {
      const dataset = await store.datasets.get(datasetId)
      if (!dataset) throw errors.unknownDataset({ id: datasetId }, 'dataset')
      const encoder = encoders.get(encoderId, 'encoder')
      const settings = parseTrainingSettings(input)
      const lastImage = await store.datasets.lastImage([dataset.id])
      const images = await store.datasets.images(dataset.id, undefined, lastImage)
      const steps = atArgument('dataset', () => trainingSteps(settings, images))
      const name = requestedName?.trim() ?? (await freeName(store, encoder, settings.objective))
      await requireFreeName(store, encoder, name)
      const row = await store.trainings.create({
        ...{ name, encoder: encoder.id, datasetId: dataset.id },
        ...{ lastImage, settings, steps },
      })
      await enqueue(row.id)
      return row
    },
    cancel,
    async continueTraining(id) {
      const { name, encoder, status } = await find(id)
      if (status === 'SUCCEEDED') throw errors.trainingFinished({ id, status }, 'id')
      if (hasEnded({ status })) {
        await requireFreeName(store, encoders.get(encoder), name, 'id')
        if (await store.trainings.reopen(id)) await enqueue(id)
      }
      return find(id)
    },
    async delete(id) {
      if (!hasEnded(await find(id))) {
        throw errors.trainingNotFinished({ id }, 'id')
      }
      await store.trainings.delete(id)
      await context.checkpoints.remove(id)
    },
    ended,
    watch,
    watchOpen,
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
