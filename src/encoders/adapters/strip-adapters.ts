import { livePart } from '../../tensor/onnx/live.js'
import type { OnnxModel } from '../../tensor/onnx/model.js'
import { withGraph } from '../../tensor/onnx/model.js'
import { withFields } from '../../tensor/onnx/with-fields.js'

/**
 * The encoder without the adapters that were exported with it: what is added after a product with the scale input is left
 * out, and with it the input and all that only served the adapters. Equal to the graph at scale 0. A model without a scale
 * input has none, and stays as it is.
 */
export function stripAdapters(model: OnnxModel, scaleInput: string | undefined): OnnxModel {
  if (scaleInput === undefined) return model
  const { graph } = model
  const scaled = new Set(
    graph.node.filter(({ input }) => input.includes(scaleInput)).flatMap(({ output }) => output),
  )
  /** Sums whose adapter's part is gone, by what stands in for them. */
  const replaced = new Map<string, string>()
  for (const { opType, input, output } of graph.node) {
    const [kept] = input.filter((name) => !scaled.has(name))
    const [sum] = output
    if (opType === 'Add' && kept !== undefined && sum !== undefined && input.length === 2) {
      if (input.some((name) => scaled.has(name))) replaced.set(sum, kept)
    }
  }
  const standIn = (name: string): string => {
    const other = replaced.get(name)
    return other === undefined ? name : standIn(other)
  }
  const nodes = graph.node.map((node) => withFields(node, { input: node.input.map(standIn) }))
  return withGraph(model, {
    ...livePart(graph, nodes),
    input: graph.input.filter(({ name }) => name !== scaleInput),
  })
}
