import { existsSync } from 'node:fs'
import { errors } from '../errors.js'
import { type NamedTensor, readSafetensors, writeSafetensors } from '../tensor/safetensors.js'
import type { Moments } from './adam-w.js'
import type { Parameters } from './parameters.js'

/** The state from which training can resume. Its arrays are those that training changes in place. */
export interface TrainingState {
  readonly parameters: Parameters
  readonly moments: Moments
  /** The objective's own state. */
  readonly state: Parameters
  /** The loss of each step so far. */
  readonly losses: number[]
}

/**
 * Writes a checkpoint atomically. `fingerprint` identifies the training. Throws DISK_FULL or STORAGE_FAILED.
 */
export async function saveCheckpoint(
  file: string,
  fingerprint: string,
  training: TrainingState,
): Promise<void> {
  const { losses, moments } = training
  const tensors = new Map<string, NamedTensor>(
    [...arraysOf(training)].map(([name, { shape, data }]) => [name, { type: 'float32', shape, data }]),
  )
  tensors.set('losses', { type: 'float32', shape: [losses.length], data: Float32Array.from(losses) })
  const metadata = { fingerprint, steps: String(moments.steps) }
  await writeSafetensors(file, { tensors, metadata }, "an adapter's checkpoint")
}

/**
 * Loads a checkpoint into the arrays of `training` and returns the number of steps that it had taken; 0 if there is no
 * checkpoint, or one of another training. Throws INVALID_TENSOR_FILE or INVALID_TENSOR for a damaged checkpoint.
 */
export async function loadCheckpoint(
  file: string,
  fingerprint: string,
  training: TrainingState,
): Promise<number> {
  if (!existsSync(file)) return 0
  const found = await readSafetensors(file)
  if (found.metadata.fingerprint !== fingerprint) return 0
  for (const [name, { data }] of arraysOf(training)) {
    const tensor = found.tensors.get(name)
    if (tensor?.type !== 'float32' || tensor.data.length !== data.length) {
      throw errors.invalidTensor({
        tensor: name,
        reason: `the checkpoint ${file} does not have it in this size`,
      })
    }
    data.set(tensor.data)
  }
  training.losses.splice(0, Number.POSITIVE_INFINITY, ...(found.tensors.get('losses')?.data ?? []))
  training.moments.steps = training.losses.length
  return training.losses.length
}

function arraysOf({ parameters, moments, state }: TrainingState): Parameters {
  const groups = { parameter: parameters, first: moments.first, second: moments.second, state }
  return new Map(
    Object.entries(groups).flatMap(([group, arrays]) =>
      [...arrays].map(([name, array]) => [`${group}/${name}`, array] as const),
    ),
  )
}
