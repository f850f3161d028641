import { create } from '@bufbuild/protobuf'
import { errors } from '../../errors.js'
import { node } from '../../tensor/onnx/graph.js'
import { type OnnxModel, withGraph } from '../../tensor/onnx/model.js'
import { type NodeProto, NodeProtoSchema } from '../../tensor/onnx/onnx_pb.js'
import { withFields } from '../../tensor/onnx/with-fields.js'
import type { Runtime, Tensor } from '../../tensor/runtime.js'
import { observe, output } from './observe.js'
import { NoRule, type OperatorRule } from './rule.js'
import { rules, withoutGradient } from './rules.js'
import { createTape, type Name, type Tape } from './tape.js'

export interface DifferentiateOptions {
  /** The scalar output to differentiate. */
  readonly loss: string
  /** The graph inputs to differentiate by. */
  readonly parameters: readonly string[]
  /** Example inputs. The differentiated graph works only for inputs of these shapes. */
  readonly feeds: Readonly<Record<string, Tensor>>
}

/** The name of the output with the gradient of the loss by a parameter. */
export const gradientOf = (parameter: string): string => `gradient of ${parameter}`

/**
 * Differentiates an ONNX graph in reverse mode. The result is a graph with the same outputs, and with the gradient of the
 * loss by each parameter as a further output, `gradientOf(parameter)`. The backward pass shares the frozen weights. Throws
 * CANNOT_DIFFERENTIATE with the operator that has no rule, or with the parameter that the loss does not depend on. An
 * operator without any rule is found before the graph is run.
 */
export async function differentiate(
  runtime: Runtime,
  model: OnnxModel,
  { loss, parameters, feeds }: DifferentiateOptions,
): Promise<OnnxModel> {
  const { graph } = model
  // Copied, since rules may add outputs to forward nodes.
  const nodes = graph.node.map((each) => withFields(each, { output: [...each.output] }))
  const path = pathBetween(nodes, parameters, loss)
  const tape = createTape(await observe(runtime, model, feeds, tensorsToObserve(path)), 'backward_')
  const gradients = backward(path, tape, loss)

  const outputs = parameters.map((parameter) => {
    const gradient = gradients(parameter)
    if (gradient === undefined) {
      throw errors.cannotDifferentiate({ reason: `the loss does not depend on ${parameter}` })
    }
    return create(NodeProtoSchema, node('Identity', { inputs: [gradient], output: gradientOf(parameter) }))
  })
  return withGraph(model, {
    node: [...nodes, ...tape.nodes, ...outputs],
    initializer: [...graph.initializer, ...tape.constants],
    output: [...graph.output, ...parameters.map((name) => output(gradientOf(name)))],
  })
}

/** A node between the parameters and the loss, with its rule. */
interface PathNode {
  readonly node: NodeProto
  readonly rule: OperatorRule
  /** Whether each input depends on a parameter. */
  readonly needsGradient: readonly boolean[]
}

/** The nodes that depend on a parameter and that the loss depends on, in the order of the graph. */
function pathBetween(nodes: readonly NodeProto[], parameters: readonly Name[], loss: Name): PathNode[] {
  const fromParameters = new Set(parameters)
  const reached = nodes.filter(({ opType, input, output }) => {
    if (withoutGradient.has(opType) || !input.some((name) => fromParameters.has(name))) return false
    // An unused optional output has an empty name.
    for (const name of output) if (name !== '') fromParameters.add(name)
    return true
  })
  const toLoss = new Set([loss])
  const path = reached.toReversed().filter(({ input, output }) => {
    if (!output.some((name) => toLoss.has(name))) return false
    for (const name of input) toLoss.add(name)
    return true
  })
  return path.toReversed().map((node) => {
    const rule = node.domain === '' ? rules[node.opType] : undefined
    if (rule === undefined) throw noRuleError(node, new NoRule(node.opType))
    return { node, rule, needsGradient: node.input.map((name) => fromParameters.has(name)) }
  })
}

/** The tensors of the forward graph that the rules need: for shapes, and for the values of integers. */
function tensorsToObserve(path: readonly PathNode[]): { tensors: Set<Name>; integers: Set<Name> } {
  const tensors = new Set<Name>()
  const integers = new Set<Name>()
  for (const { node, rule } of path) {
    for (const name of [...node.input, ...node.output]) if (name !== '') tensors.add(name)
    for (const i of rule.constants) {
      const name = node.input[i]
      if (name) integers.add(name)
    }
  }
  return { tensors, integers }
}

/** Writes the backward pass to the tape. The returned function writes the sum that is a tensor's gradient, and names it. */
function backward(path: readonly PathNode[], tape: Tape, loss: Name): (name: Name) => Name | undefined {
  const contributions = new Map<Name, Name[]>([
    [loss, [tape.emit('Expand', [tape.scalar(1), tape.integers(tape.shapeOf(loss))])]],
  ])
  const summed = new Map<Name, Name>()

  function gradientOfTensor(name: Name): Name | undefined {
    const parts = contributions.get(name)
    if (parts === undefined) return undefined
    const known = summed.get(name)
    if (known !== undefined) return known
    const sum = parts.length === 1 ? (parts[0] as Name) : tape.emit('Sum', parts)
    summed.set(name, sum)
    return sum
  }

  for (const { node, rule, needsGradient } of path.toReversed()) {
    const gradients = node.output.map(gradientOfTensor)
    const gradient = gradients.find((each) => each !== undefined)
    if (gradient === undefined) continue
    const step = { node, inputs: node.input, outputs: node.output, gradients, gradient, needsGradient, tape }
    const passed = attempt(node, () => rule.backward(step))
    for (const [i, name] of node.input.entries()) {
      const part = needsGradient[i] ? passed[i] : undefined
      if (part !== undefined) contributions.set(name, [...(contributions.get(name) ?? []), part])
    }
  }
  return gradientOfTensor
}

function attempt<T>(node: NodeProto, backward: () => T): T {
  try {
    return backward()
  } catch (error) {
    throw error instanceof NoRule ? noRuleError(node, error) : error
  }
}

const noRuleError = (node: NodeProto, { message }: NoRule) =>
  errors.cannotDifferentiate({ reason: `${message} (node ${node.name || node.output[0]})` })
