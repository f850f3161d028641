import type { Parameters } from '../parameters.js'

/** What an adapter is trained for. */
export interface Objective<Batch> {
  /** All that the optimizer changes: the adapters and the objective's own head. */
  readonly parameters: Parameters
  /** What else a checkpoint must hold for training to go on as if it had not stopped. */
  readonly state: Parameters
  /** The loss on a step's images, and its gradient by every parameter. */
  evaluate(batch: Batch, step: number): Promise<Evaluation>
  /** Called after the optimizer has moved the parameters. */
  afterStep(step: number): void
  /** The adapters' weights that training is for, by the names that they have in `parameters`. */
  result(): Parameters
  close(): Promise<void>
}

export interface Evaluation {
  readonly loss: number
  gradientOf(parameter: string): Float32Array
}
