import type { AttributeProto, NodeProto } from '../../tensor/onnx/onnx_pb.js'
import type { Name, Tape } from './tape.js'

/**
 * The backward pass of one operator: from the gradients of its outputs to those of its inputs, in their order. An output's
 * gradient is undefined if the loss does not depend on it. The rule may return undefined for each input i for which
 * `needsGradient[i]` is false. Every gradient has the shape of its tensor.
 */
export type Rule = (step: Step) => readonly (Name | undefined)[]

export interface Step {
  readonly node: NodeProto
  readonly inputs: readonly Name[]
  readonly outputs: readonly Name[]
  readonly gradients: readonly (Name | undefined)[]
  /** The first gradient of an output. Most operators have one output. */
  readonly gradient: Name
  readonly needsGradient: readonly boolean[]
  readonly tape: Tape
}

/** A rule, and the indices of the inputs of which it needs the values, not only the shapes. */
export interface OperatorRule {
  readonly backward: Rule
  readonly constants: readonly number[]
}

export const rule = (backward: Rule, constants: readonly number[] = []): OperatorRule => ({
  backward,
  constants,
})

/** Thrown for an operator, or a use of one, that has no rule. */
export class NoRule extends Error {
  constructor(readonly operator: string) {
    super(`there is no rule to differentiate ${operator}`)
  }
}

const attribute = ({ attribute }: NodeProto, name: string): AttributeProto | undefined =>
  attribute.find((each) => each.name === name)

export const integerAttribute = (node: NodeProto, name: string, fallback: number): number => {
  const found = attribute(node, name)
  return found === undefined ? fallback : Number(found.i)
}

export const floatAttribute = (node: NodeProto, name: string, fallback: number): number =>
  attribute(node, name)?.f ?? fallback

export const integersAttribute = (node: NodeProto, name: string): readonly number[] | undefined =>
  attribute(node, name)?.ints.map(Number)

/** An axis as a number from 0; a negative one counts from the end. */
export const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis)
