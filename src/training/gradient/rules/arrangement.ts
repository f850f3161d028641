import { elementType } from '../../../tensor/onnx/graph.js'
import { axisOf, integerAttribute, integersAttribute, NoRule, rule } from '../rule.js'
import type { Name, Tape } from '../tape.js'
import { unbroadcast } from '../unbroadcast.js'

/** Some exporters write casts from float32 to float32. Other casts have no rule, since gradients are float32. */
export const cast = rule(({ node, gradient }) => {
  if (integerAttribute(node, 'to', elementType.float) !== elementType.float) {
    throw new NoRule('Cast to another type than float32')
  }
  return [gradient]
})

/** For operators that keep the order of elements: the gradient in the input's shape. */
export const reshape = rule(({ inputs, gradient, tape }) => [
  tape.emit('Reshape', [gradient, tape.integers(tape.shapeOf(inputs[0] as Name))]),
])

export const transpose = rule(({ node, inputs, gradient, tape }) => {
  const rank = tape.shapeOf(inputs[0] as Name).length
  const perm = integersAttribute(node, 'perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis)
  const inverse = perm.map((_, axis) => perm.indexOf(axis))
  return [tape.emit('Transpose', [gradient], { perm: inverse })]
})

export const expand = rule(({ inputs, outputs, gradient, tape }) => [
  unbroadcast(tape, gradient, tape.shapeOf(outputs[0] as Name), tape.shapeOf(inputs[0] as Name)),
])

/** Each input's gradient is its slice of the output's gradient. */
export const concat = rule(({ node, inputs, gradient, needsGradient, tape }) => {
  const axis = axisOf(integerAttribute(node, 'axis', 0), tape.shapeOf(inputs[0] as Name).length)
  let from = 0
  return inputs.map((part, i) => {
    const to = from + (tape.shapeOf(part)[axis] as number)
    const bounds = [[from], [to], [axis]].map((values) => tape.integers(values))
    from = to
    return needsGradient[i] ? tape.emit('Slice', [gradient, ...bounds]) : undefined
  })
})

/** Concatenates the outputs' gradients, with zeros for an output that the loss does not depend on. */
export const split = rule(({ node, inputs, outputs, gradients, tape }) => {
  const axis = axisOf(integerAttribute(node, 'axis', 0), tape.shapeOf(inputs[0] as Name).length)
  const parts = outputs.map(
    (output, i) => gradients[i] ?? tape.emit('Expand', [tape.scalar(0), tape.integers(tape.shapeOf(output))]),
  )
  return [tape.emit('Concat', parts, { axis })]
})

/** Pads the gradient with zeros where the slice left elements out. */
export const slice = rule(
  ({ inputs, gradient, tape }) => {
    const [data, starts, ends, axes, steps] = inputs as [Name, Name, Name, Name?, Name?]
    const shape = tape.shapeOf(data)
    if (steps && tape.valuesOf(steps).some((step) => step !== 1)) throw new NoRule('Slice with steps')
    const [from, to] = [tape.valuesOf(starts), tape.valuesOf(ends)]
    const slicedAxes = axes ? tape.valuesOf(axes) : from.map((_, i) => i)
    const before = shape.map(() => 0)
    const after = shape.map(() => 0)
    for (const [i, axis] of slicedAxes.entries()) {
      const positive = axisOf(axis, shape.length)
      const size = shape[positive] as number
      const bound = (value: number) => Math.min(size, Math.max(0, value < 0 ? value + size : value))
      before[positive] = bound(from[i] as number)
      after[positive] = size - bound(to[i] as number)
    }
    return [pad(tape, gradient, before, after)]
  },
  [1, 2, 3, 4],
)

/** Gather with constant indices: each gradient is added to the element that was read. */
export const gather = rule(
  ({ node, inputs, outputs, gradient, tape }) => {
    const [data, indices] = inputs as [Name, Name]
    const shape = tape.shapeOf(data)
    const axis = axisOf(integerAttribute(node, 'axis', 0), shape.length)
    const size = shape[axis] as number
    const positions = tape.valuesOf(indices).map((index) => axisOf(index, size))
    const rank = tape.shapeOf(indices).length
    if (rank > 1) throw new NoRule('Gather with a table of indices')
    // A scalar index removes the axis. Reshape adds it again.
    const rows = shape.map((length, each) => (each === axis ? positions.length : length))
    const readGradient =
      tape.shapeOf(outputs[0] as Name).length === shape.length
        ? gradient
        : tape.emit('Reshape', [gradient, tape.integers(rows)])
    const [only] = positions
    if (positions.length === 1 && only !== undefined) {
      const before = shape.map((_, each) => (each === axis ? only : 0))
      const after = shape.map((_, each) => (each === axis ? size - 1 - only : 0))
      return [pad(tape, readGradient, before, after)]
    }
    const column = rows.map((_, each) => (each === axis ? positions.length : 1))
    const targets = tape.emit('Expand', [
      tape.emit('Reshape', [tape.integers(positions), tape.integers(column)]),
      tape.integers(rows),
    ])
    const zeros = tape.emit('Expand', [tape.scalar(0), tape.integers(shape)])
    return [
      tape.emit('ScatterElements', [zeros, targets, readGradient], { axis, reduction: { string: 'add' } }),
    ]
  },
  [1],
)

function pad(tape: Tape, name: Name, before: readonly number[], after: readonly number[]): Name {
  if ([...before, ...after].every((count) => count === 0)) return name
  return tape.emit('Pad', [name, tape.integers([...before, ...after]), tape.scalar(0)])
}
