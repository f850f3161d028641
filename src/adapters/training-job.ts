import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fingerprintDataset } from '../datasets/dataset-fingerprint.js'
import type { AdapterFolder } from '../encoders/adapters/added-adapters.js'
import type { Encoders } from '../encoders/encoders.js'
import { errors, ShotboardError } from '../errors.js'
import { hasEnded } from '../jobs/recorded-jobs.js'
import type { ImageFiles } from '../store/image-files.js'
import type { Store } from '../store/store.js'
import type { LossRow, TrainingRow } from '../store/trainings.js'
import { fingerprintOf } from '../system/fingerprint.js'
import { isStorageFault } from '../system/storage-fault.js'
import type { Runtime } from '../tensor/runtime.js'
import { storedTrainingSettings } from '../training/settings.js'
import { type TrainingImage, trainAdapter } from '../training/train-adapter.js'
import { versions } from '../version.js'

export interface TrainingJobContext {
  readonly store: Store
  readonly encoders: Encoders
  readonly imageFiles: ImageFiles
  readonly adapterFolder: AdapterFolder
  /** Checkpoints are here, each in a folder named as its training. */
  readonly checkpointDirectory: string
  /** A computing thread of its own, so that nobody waits for a training. */
  readonly openRuntime: () => Runtime
}

/**
 * Trains the adapter of a training, from its last checkpoint, and adds it to its encoder. What is wrong with what was
 * asked fails the training and stands in its record. Throws CANCELLED when the signal says so; throws a fault of the disk
 * or the database, and can then be called again.
 */
export async function runTraining(
  context: TrainingJobContext,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  const { store, encoders, adapterFolder } = context
  const row = await store.trainings.get(id)
  if (!row || hasEnded(row)) return
  try {
    await train(context, row, signal)
    await encoders.get(row.encoder).setAdapters(await adapterFolder.read(row.encoder))
    await store.trainings.end(id, { status: 'SUCCEEDED' })
    await removeCheckpoint(context, id)
  } catch (error) {
    if (signal.aborted || isStorageFault(error)) throw error
    const ours = error instanceof ShotboardError
    const { code, message } = ours ? error : errors.internal({})
    // The record is read over the network: it does not say where things lie here.
    const told = message.replaceAll(context.checkpointDirectory, 'trainings')
    await store.trainings.end(id, { status: 'FAILED', error: told, errorCode: code })
    if (!ours) throw error
  }
}

/** Removes what a training has remembered. */
export const removeCheckpoint = (
  { checkpointDirectory }: Pick<TrainingJobContext, 'checkpointDirectory'>,
  id: string,
): Promise<void> => rm(join(checkpointDirectory, id), { recursive: true, force: true })

/** Seconds between two looks at how far it is; more often would be writing for nobody. */
const minMsBetweenSteps = 500
const maxCheckpoints = 20
const maxStepsAtRisk = 50

async function train(context: TrainingJobContext, row: TrainingRow, signal: AbortSignal): Promise<void> {
  const { store, encoders, imageFiles, adapterFolder, checkpointDirectory } = context
  const { id, name, steps, datasetId } = row
  if (datasetId === null) throw errors.unknownDataset({ id: 'that was trained on' })
  const settings = storedTrainingSettings(row.settings)
  const model = encoders.model(row.encoder)
  const classes = await store.datasets.classes(datasetId)
  const rows = await store.datasets.images(datasetId, undefined, row.lastImage)
  const dataset = fingerprintDataset(classes, rows)
  const images = rows.map(
    ({ imageId, classIndex }): TrainingImage => ({
      id: imageId,
      classIndex,
      read: () => imageFiles.read(imageId),
    }),
  )
  const speed = createSpeed(settings.batch)
  let told = 0
  const runtime = context.openRuntime()
  try {
    const { adapter, losses } = await trainAdapter(runtime, {
      model,
      images,
      classes: classes.length,
      settings,
      signal,
      checkpoint: {
        file: join(checkpointDirectory, id, 'checkpoint.safetensors'),
        fingerprint: fingerprintOf([model.fingerprint, dataset, settings]),
        every: Math.min(maxStepsAtRisk, Math.ceil(steps / maxCheckpoints)),
      },
      async onStep(step, all) {
        const imagesPerSecond = speed(step)
        const now = performance.now()
        if (now - told < minMsBetweenSteps && step < steps) return
        told = now
        await store.trainings.step(id, { step, losses: thinned(all, steps), imagesPerSecond })
      },
    })
    const provenance = {
      training: id,
      versions,
      encoder: { id: row.encoder, files: model.files },
      dataset: { id: datasetId, sha256: dataset, images: images.length, classes: classes.length },
      settings,
      steps,
      loss: thinned(losses, steps).at(-1)?.[1] ?? null,
    }
    signal.throwIfAborted()
    await adapterFolder.write(row.encoder, name, {
      ...adapter,
      encoder: model.fingerprint,
      provenance: JSON.stringify(provenance),
    })
  } finally {
    await runtime.close()
  }
}

const maxLosses = 200

/** A loss curve of so many points at most, each the mean of the steps since the one before. */
function thinned(losses: readonly number[], steps: number): LossRow[] {
  const stride = Math.ceil(steps / maxLosses)
  const points: LossRow[] = []
  for (let from = 0; from < losses.length; from += stride) {
    const some = losses.slice(from, from + stride)
    points.push([from + some.length, some.reduce((sum, loss) => sum + loss, 0) / some.length])
  }
  return points
}

/** Images a second over the last steps; null until there are two. */
function createSpeed(batch: number): (step: number) => number | null {
  const seen: { step: number; at: number }[] = []
  return (step) => {
    seen.push({ step, at: performance.now() })
    if (seen.length > 20) seen.shift()
    const [first, last] = [seen[0], seen.at(-1)]
    if (!first || !last || last.step === first.step) return null
    return (batch * (last.step - first.step) * 1000) / (last.at - first.at)
  }
}
