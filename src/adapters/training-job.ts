import type { DatasetContents } from '../datasets/dataset-contents.js'
import type { AdapterFolder } from '../encoders/adapters/added-adapters.js'
import type { Encoders } from '../encoders/encoders.js'
import { errors, type ShotboardError } from '../errors.js'
import type { ImageWorkers } from '../images/workers/image-workers.js'
import { failOnError } from '../jobs/fail-on-error.js'
import { hasEnded } from '../jobs/has-ended.js'
import type { ImageFiles } from '../store/image-files.js'
import type { Store } from '../store/store.js'
import type { LossRow, TrainingRow } from '../store/trainings.js'
import { fingerprintOf } from '../system/fingerprint.js'
import type { Runtime } from '../tensor/runtime.js'
import { storedTrainingSettings } from '../training/settings.js'
import { type TrainingImage, trainAdapter } from '../training/train-adapter.js'
import { versions } from '../version.js'
import type { Checkpoints } from './checkpoints.js'

export interface TrainingJobContext {
  readonly store: Store
  readonly contents: DatasetContents
  readonly encoders: Encoders
  readonly imageFiles: ImageFiles
  readonly imageWorkers: ImageWorkers
  readonly adapterFolder: AdapterFolder
  readonly checkpoints: Checkpoints
  /** Opens a separate computing thread, so that other work does not wait for a training. */
  readonly openRuntime: () => Runtime
}

/**
 * Trains an adapter, starting from the last checkpoint, and adds it to its encoder. An invalid request fails the training,
 * and its record has the error. Throws CANCELLED when the signal aborts. Throws faults of the disk or the database; then the
 * caller can call it again.
 */
export async function runTraining(
  context: TrainingJobContext,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  const { store, encoders, adapterFolder } = context
  const row = await store.trainings.get(id)
  if (!row || hasEnded(row)) return
  const fail = ({ message, code }: ShotboardError) => {
    // Clients can read the record, so it must not contain paths of this machine.
    const publicMessage = message.replaceAll(context.checkpoints.fileOf(id), 'the checkpoint')
    return store.trainings.end(id, { status: 'FAILED', error: publicMessage, errorCode: code })
  }
  await failOnError(signal, fail, async () => {
    await train(context, row, signal)
    await encoders.get(row.encoder).setAdapters(await adapterFolder.read(row.encoder))
    await store.trainings.end(id, { status: 'SUCCEEDED' })
    await context.checkpoints.remove(id)
  })
}

/** The least time between two progress writes. */
const minMsBetweenSteps = 500
/** A checkpoint is written about 20 times in a training, and at least every 50 steps. */
const maxCheckpoints = 20
const maxStepsAtRisk = 50

async function train(context: TrainingJobContext, row: TrainingRow, signal: AbortSignal): Promise<void> {
  const { store, contents, encoders, imageFiles, adapterFolder, checkpoints } = context
  const { id, name, steps, datasetId } = row
  if (datasetId === null) throw errors.unknownDataset({ id: 'of this training' })
  const settings = storedTrainingSettings(row.settings)
  const model = encoders.model(row.encoder)
  const classes = await store.datasets.classes(datasetId)
  const rows = await store.datasets.images(datasetId, undefined, row.lastImage)
  const dataset = await contents.fingerprint(datasetId, row.lastImage)
  const images = rows.map(
    ({ imageId, classIndex }): TrainingImage => ({
      id: imageId,
      classIndex,
      read: () => imageFiles.read(imageId),
    }),
  )
  const speed = createSpeed(settings.batch)
  let lastWrite = 0
  await checkpoints.fetch(id)
  const runtime = context.openRuntime()
  try {
    const { adapter, losses } = await trainAdapter(runtime, {
      model,
      imageWorkers: context.imageWorkers,
      images,
      classes: classes.length,
      settings,
      signal,
      checkpoint: {
        file: checkpoints.fileOf(id),
        fingerprint: fingerprintOf([model.fingerprint, dataset, settings]),
        every: Math.min(maxStepsAtRisk, Math.ceil(steps / maxCheckpoints)),
      },
      async onStep(step, all) {
        await checkpoints.keep(id)
        const imagesPerSecond = speed(step)
        const now = performance.now()
        if (now - lastWrite < minMsBetweenSteps && step < steps) return
        lastWrite = now
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
    // What a stop has saved is worth keeping, but not worth an error.
    await checkpoints.keep(id).catch(() => undefined)
    await runtime.close()
  }
}

const maxLosses = 200

/** A loss curve of at most `maxLosses` points. Each is the last step of a group and the group's mean loss. */
function thinned(losses: readonly number[], steps: number): LossRow[] {
  const stride = Math.ceil(steps / maxLosses)
  const points: LossRow[] = []
  for (let from = 0; from < losses.length; from += stride) {
    const group = losses.slice(from, from + stride)
    points.push([from + group.length, group.reduce((sum, loss) => sum + loss, 0) / group.length])
  }
  return points
}

/** Returns a function that gives the images per second over the last 20 steps; null before the second step. */
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
