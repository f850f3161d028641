import { errors } from '../errors.js'
import { type AdamWOptions, adamW, noMoments } from './adam-w.js'
import { loadCheckpoint, type Progress, saveCheckpoint } from './checkpoint.js'
import type { Objective } from './objectives/objective.js'
import type { Schedule } from './schedule.js'

export interface TrainOptions<Batch> {
  readonly objective: Objective<Batch>
  /** Prepares the images of a step; called for the next step while the model works on this one. */
  readonly prepare: (step: number) => Promise<Batch>
  readonly steps: number
  readonly rate: Schedule
  readonly optimizer: AdamWOptions
  readonly checkpoint?: {
    readonly file: string
    /** What makes this run the same run. */
    readonly fingerprint: string
    /** Steps between checkpoints. */
    readonly every: number
  }
  /** Told of every step that was taken, with its loss; and of those that a checkpoint brought, when it is loaded. */
  readonly onStep?: (stepsDone: number, losses: readonly number[]) => void | Promise<void>
  readonly signal?: AbortSignal
}

/**
 * Trains until `steps` have been taken, from the last checkpoint where there is one; gives the loss of every step. On
 * cancel, and when something fails, what has been reached stays in the last checkpoint. Throws CANCELLED, or
 * TRAINING_DIVERGED with the step whose loss or gradient was not finite.
 */
export async function train<Batch>(options: TrainOptions<Batch>): Promise<readonly number[]> {
  const { objective, prepare, steps, rate, optimizer, checkpoint, onStep, signal } = options
  const { parameters, state } = objective
  const progress: Progress = { parameters, state, moments: noMoments(parameters), losses: [] }
  const { losses, moments } = progress
  const save = async (): Promise<void> => {
    if (checkpoint) await saveCheckpoint(checkpoint.file, checkpoint.fingerprint, progress)
  }

  const first = checkpoint ? await loadCheckpoint(checkpoint.file, checkpoint.fingerprint, progress) : 0
  if (first > 0) await onStep?.(first, losses)
  let next = first < steps ? prepare(first) : undefined
  for (let step = first; step < steps; step++) {
    const batch = await (next as Promise<Batch>)
    next = step + 1 < steps ? prepare(step + 1) : undefined
    // A failure there is reported when that step's turn comes.
    next?.catch(() => undefined)
    if (signal?.aborted) {
      await save()
      throw errors.cancelled({})
    }
    const { loss, gradientOf } = await objective.evaluate(batch, step)
    const finite =
      Number.isFinite(loss) && [...parameters.keys()].every((name) => allFinite(gradientOf(name)))
    if (!finite) {
      // Nothing has been changed by this step yet: what is kept is good.
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
  // One sum is quicker than a test of each: a value that is not finite makes the sum not finite.
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] as number
  return Number.isFinite(sum)
}
