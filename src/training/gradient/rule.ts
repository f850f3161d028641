import type { AttributeProto, NodeProto } from '../../tensor/onnx/onnx_pb.js'
import type { Name, Tape } from './tape.js'

/**
 * How one operator passes gradients back: from the gradients of its outputs (undefined where the loss does not depend on
 * one) to those of its inputs, in the order of the inputs. `wanted[i]` tells whether the gradient of input i is needed;
 * the rule may leave the others out. Every gradient has the shape of its tensor.
 */
export type Rule = (step: Step) => readonly (Name | undefined)[]

export interface Step {
  readonly node: NodeProto
  readonly inputs: readonly Name[]
  readonly outputs: readonly Name[]
  readonly gradients: readonly (Name | undefined)[]
  /** The gradient of the first output, the only one of most operators. */
  readonly gradient: Name
  readonly wanted: readonly boolean[]
  readonly tape: Tape
}

/** A rule, and the inputs whose values (not only shapes) it must know before the graph is built. */
export interface OperatorRule {
  readonly backward: Rule
  readonly constants: readonly number[]
}

export const rule = (backward: Rule, constants: readonly number[] = []): OperatorRule => ({
  backward,
  constants,
})

/** An operator, or a use of one, that cannot be differentiated. */
export class NoRule extends Error {
  constructor(readonly operator: string) {
    super(`there is no rule to differentiate ${operator}`)
  }
}

const attribute = ({ attribute }: NodeProto, name: string): AttributeProto | undefined =>
  attribute.find((each) => each.name === name)

export const integerAttribute = (node: NodeProto, name: string, otherwise: number): number => {
  const found = attribute(node, name)
  return found === undefined ? otherwise : Number(found.i)
}

export const floatAttribute = (node: NodeProto, name: string, otherwise: number): number =>
  attribute(node, name)?.f ?? otherwise

export const integersAttribute = (node: NodeProto, name: string): readonly number[] | undefined =>
  attribute(node, name)?.ints.map(Number)

/** An axis counted from the end, if it is negative, as one counted from the start. */
export const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis)
