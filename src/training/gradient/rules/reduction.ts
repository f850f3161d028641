import { axisOf, integerAttribute, integersAttribute, rule, type Step } from '../rule.js'
import type { Name } from '../tape.js'

/** The gradient of a sum, expanded to all of its addends. */
function spread({ node, inputs, gradient, tape }: Step): { spread: Name; addends: number } {
  const shape = tape.shapeOf(inputs[0] as Name)
  const axes = axesOf(node, inputs, tape.valuesOf, shape.length)
  const keptDims = shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
  const addends = axes.reduce((product, axis) => product * (shape[axis] as number), 1)
  const reshaped = tape.emit('Reshape', [gradient, tape.integers(keptDims)])
  return { spread: tape.emit('Expand', [reshaped, tape.integers(shape)]), addends }
}

function axesOf(
  node: Step['node'],
  inputs: Step['inputs'],
  valuesOf: (name: Name) => readonly number[],
  rank: number,
): readonly number[] {
  const given = integersAttribute(node, 'axes') ?? (inputs[1] ? valuesOf(inputs[1]) : [])
  if (given.length > 0) return given.map((axis) => axisOf(axis, rank))
  return integerAttribute(node, 'noop_with_empty_axes', 0) === 1
    ? []
    : Array.from({ length: rank }, (_, i) => i)
}

export const reduceSum = rule((step) => [spread(step).spread], [1])

export const reduceMean = rule(
  (step) => {
    const { spread: gradient, addends } = spread(step)
    return [step.tape.emit('Mul', [gradient, step.tape.scalar(1 / addends)])]
  },
  [1],
)
