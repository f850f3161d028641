import { axisOf, integerAttribute, rule, type Step } from '../rule.js'
import type { Name, Tape } from '../tape.js'
import { unbroadcast } from '../unbroadcast.js'

const axisAndRank = ({ node, inputs, tape }: Step): { axis: number; rank: number } => {
  const rank = tape.shapeOf(inputs[0] as Name).length
  return { axis: axisOf(integerAttribute(node, 'axis', -1), rank), rank }
}

const sumOver = (tape: Tape, axis: number, name: Name): Name =>
  tape.emit('ReduceSum', [name, tape.integers([axis])], { keepdims: 1 })

/** Y = softmax(X): dX = Y ⊙ (dY − Σ dY⊙Y). */
export const softmax = rule((step) => {
  const { gradient, outputs, tape } = step
  const y = outputs[0] as Name
  const weighted = tape.emit('Mul', [gradient, y])
  const sums = sumOver(tape, axisAndRank(step).axis, weighted)
  return [tape.emit('Sub', [weighted, tape.emit('Mul', [y, sums])])]
})

/** Y = log softmax(X): dX = dY − softmax(X)·Σ dY. */
export const logSoftmax = rule((step) => {
  const { gradient, outputs, tape } = step
  const sums = sumOver(tape, axisAndRank(step).axis, gradient)
  const probabilities = tape.emit('Exp', [outputs[0] as Name])
  return [tape.emit('Sub', [gradient, tape.emit('Mul', [probabilities, sums])])]
})

/** Y = X̂·γ + β with X̂ = (X − mean)/σ: dX = (G − mean(G) − X̂·mean(G⊙X̂))/σ with G = dY⊙γ; dγ = Σ dY⊙X̂; dβ = Σ dY. */
export const layerNormalization = rule((step) => {
  const { node, inputs, gradient, needsGradient, tape } = step
  const [x, scale, bias] = inputs as [Name, Name, Name?]
  const shape = tape.shapeOf(x)
  const { axis, rank } = axisAndRank(step)
  const axes = tape.integers(Array.from({ length: rank - axis }, (_, i) => axis + i))
  const share = tape.scalar(1 / shape.slice(axis).reduce((product, size) => product * size, 1))
  const mean = (name: Name) =>
    tape.emit('Mul', [tape.emit('ReduceSum', [name, axes], { keepdims: 1 }), share])

  const inverseDeviation = tape.output(node, 2)
  const centred = tape.emit('Sub', [x, tape.output(node, 1)])
  const normalized = tape.emit('Mul', [centred, inverseDeviation])

  function gradientOfX(): Name {
    const scaled = tape.emit('Mul', [gradient, scale])
    const along = tape.emit('Mul', [normalized, mean(tape.emit('Mul', [scaled, normalized]))])
    const rest = tape.emit('Sub', [tape.emit('Sub', [scaled, mean(scaled)]), along])
    return tape.emit('Mul', [rest, inverseDeviation])
  }
  return [
    needsGradient[0] ? gradientOfX() : undefined,
    needsGradient[1]
      ? unbroadcast(tape, tape.emit('Mul', [gradient, normalized]), shape, tape.shapeOf(scale))
      : undefined,
    bias !== undefined && needsGradient[2]
      ? unbroadcast(tape, gradient, shape, tape.shapeOf(bias))
      : undefined,
  ]
})
