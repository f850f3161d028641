import { livePart } from '../../tensor/onnx/live.js'
import type { OnnxModel } from '../../tensor/onnx/model.js'
import { withGraph } from '../../tensor/onnx/model.js'
import { withFields } from '../../tensor/onnx/with-fields.js'

/**
 * Removes the adapters that are part of an image tower's graph: the products with the scale input, the additions of their
 * results, and all that only served them. The result equals the graph at scale 0. A model without a scale input has no
 * adapters and is returned unchanged.
 */
export function stripAdapters(model: OnnxModel, scaleInput: string | undefined): OnnxModel {
  if (scaleInput === undefined) return model
  const { graph } = model
  const scaled = new Set(
    graph.node.filter(({ input }) => input.includes(scaleInput)).flatMap(({ output }) => output),
  )
  /** The remaining input of each addition whose other input came from an adapter, by the name of the sum. */
  const replacements = new Map<string, string>()
  for (const { opType, input, output } of graph.node) {
    const [remaining] = input.filter((name) => !scaled.has(name))
    const [sum] = output
    if (opType === 'Add' && remaining !== undefined && sum !== undefined && input.length === 2) {
      if (input.some((name) => scaled.has(name))) replacements.set(sum, remaining)
    }
  }
  const replace = (name: string): string => {
    const replacement = replacements.get(name)
    return replacement === undefined ? name : replace(replacement)
  }
  const nodes = graph.node.map((node) => withFields(node, { input: node.input.map(replace) }))
  return withGraph(model, {
    ...livePart(graph, nodes),
    input: graph.input.filter(({ name }) => name !== scaleInput),
  })
}
