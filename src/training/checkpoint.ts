import { existsSync } from 'node:fs'
import { errors } from '../errors.js'
import { type NamedTensor, readSafetensors, writeSafetensors } from '../tensor/safetensors.js'
import type { Moments } from './adam-w.js'
import type { Parameters } from './parameters.js'

/** All that training must remember to go on as if it had not stopped; views of the arrays that training changes. */
export interface Progress {
  readonly parameters: Parameters
  readonly moments: Moments
  /** What the objective itself remembers. */
  readonly state: Parameters
  /** The loss of every step so far. */
  readonly losses: number[]
}

/**
 * Writes a checkpoint, whole or not at all. `fingerprint` names the run that it belongs to. Throws DISK_FULL or
 * STORAGE_FAILED.
 */
export async function saveCheckpoint(file: string, fingerprint: string, progress: Progress): Promise<void> {
  const { losses, moments } = progress
  const tensors = new Map<string, NamedTensor>(
    [...arraysOf(progress)].map(([name, { shape, data }]) => [name, { type: 'float32', shape, data }]),
  )
  tensors.set('losses', { type: 'float32', shape: [losses.length], data: Float32Array.from(losses) })
  const metadata = { fingerprint, steps: String(moments.steps) }
  await writeSafetensors(file, { tensors, metadata }, "an adapter's checkpoint")
}

/**
 * Puts what a checkpoint holds into the arrays of `progress`; gives the steps that had been taken, 0 where there is no
 * checkpoint or it is another run's. Throws INVALID_TENSOR_FILE or INVALID_TENSOR for a damaged one.
 */
export async function loadCheckpoint(file: string, fingerprint: string, progress: Progress): Promise<number> {
  if (!existsSync(file)) return 0
  const found = await readSafetensors(file)
  if (found.metadata.fingerprint !== fingerprint) return 0
  for (const [name, { data }] of arraysOf(progress)) {
    const tensor = found.tensors.get(name)
    if (tensor?.type !== 'float32' || tensor.data.length !== data.length) {
      throw errors.invalidTensor({
        tensor: name,
        reason: `the checkpoint ${file} does not have it in this size`,
      })
    }
    data.set(tensor.data)
  }
  progress.losses.splice(0, Number.POSITIVE_INFINITY, ...(found.tensors.get('losses')?.data ?? []))
  progress.moments.steps = progress.losses.length
  return progress.losses.length
}

function arraysOf({ parameters, moments, state }: Progress): Parameters {
  const groups = { parameter: parameters, first: moments.first, second: moments.second, state }
  return new Map(
    Object.entries(groups).flatMap(([group, arrays]) =>
      [...arrays].map(([name, array]) => [`${group}/${name}`, array] as const),
    ),
  )
}
