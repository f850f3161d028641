import { errors } from '../errors.js'
import { type AdamWOptions, adamW, noMoments } from './adam-w.js'
import { loadCheckpoint, saveCheckpoint, type TrainingState } from './checkpoint.js'
import type { Objective } from './objectives/objective.js'
import type { Schedule } from './schedule.js'

export interface TrainOptions<Batch> {
  readonly objective: Objective<Batch>
  /** Prepares a step's images. It is called one step ahead, while the model runs. */
  readonly prepare: (step: number) => Promise<Batch>
  readonly steps: number
  readonly rate: Schedule
  readonly optimizer: AdamWOptions
  readonly checkpoint?: {
    readonly file: string
    /** Identifies the training. A checkpoint of another training is ignored. */
    readonly fingerprint: string
    /** The number of steps between checkpoints. */
    readonly every: number
  }
  /** Called after each step with the losses of all steps so far, and once after a checkpoint is loaded. */
  readonly onStep?: (stepsDone: number, losses: readonly number[]) => void | Promise<void>
  readonly signal?: AbortSignal
}

/**
 * Trains for `steps` steps, or resumes from the last checkpoint, and returns the loss of each step. Throws CANCELLED, or
 * TRAINING_DIVERGED with the step whose loss or gradient is not finite; both save a checkpoint first.
 */
export async function train<Batch>(options: TrainOptions<Batch>): Promise<readonly number[]> {
  const { objective, prepare, steps, rate, optimizer, checkpoint, onStep, signal } = options
  const { parameters, state } = objective
  const training: TrainingState = { parameters, state, moments: noMoments(parameters), losses: [] }
  const { losses, moments } = training
  const save = async (): Promise<void> => {
    if (checkpoint) await saveCheckpoint(checkpoint.file, checkpoint.fingerprint, training)
  }

  const first = checkpoint ? await loadCheckpoint(checkpoint.file, checkpoint.fingerprint, training) : 0
  if (first > 0) await onStep?.(first, losses)
  let next = first < steps ? prepare(first) : undefined
  for (let step = first; step < steps; step++) {
    const batch = await (next as Promise<Batch>)
    next = step + 1 < steps ? prepare(step + 1) : undefined
    // An error there is thrown when that batch is awaited.
    next?.catch(() => undefined)
    if (signal?.aborted) {
      await save()
      throw errors.cancelled({})
    }
    const { loss, gradientOf } = await objective.evaluate(batch, step)
    const isStepFinite =
      Number.isFinite(loss) && [...parameters.keys()].every((name) => allFinite(gradientOf(name)))
    if (!isStepFinite) {
      // This step has not changed the parameters yet.
      await save()
      throw errors.trainingDiverged({ step: step + 1, loss })
    }
    adamW(parameters, gradientOf, moments, rate(step), optimizer)
    objective.afterStep(step)
    losses.push(loss)
    await onStep?.(step + 1, losses)
    if (checkpoint && ((step + 1) % checkpoint.every === 0 || step + 1 === steps)) await save()
  }
  return losses
}

function allFinite(values: Float32Array): boolean {
  // A value that is not finite makes the sum not finite, and a sum is faster than a test of each value.
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] as number
  return Number.isFinite(sum)
}
