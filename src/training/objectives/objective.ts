import type { Parameters } from '../parameters.js'

/** A training objective: a loss, its gradients, and the state that belongs to it. */
export interface Objective<Batch> {
  /** Everything that the optimizer changes: the adapters, and the objective's own head. */
  readonly parameters: Parameters
  /** Other state that a checkpoint must store so that training can resume. */
  readonly state: Parameters
  /** The loss on a step's images, and its gradients. */
  evaluate(batch: Batch, step: number): Promise<LossAndGradients>
  /** Called after the optimizer has updated the parameters. */
  afterStep(step: number): void
  /** The trained weights of the adapters, by their names in `parameters`. */
  result(): Parameters
  close(): Promise<void>
}

export interface LossAndGradients {
  readonly loss: number
  /** The gradient of the loss by a parameter, in the parameter's shape. */
  gradientOf(parameter: string): Float32Array
}
