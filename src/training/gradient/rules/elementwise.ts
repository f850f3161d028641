import { rule, type Step } from '../rule.js'
import type { Name } from '../tape.js'
import { unbroadcast } from '../unbroadcast.js'

/** The rule of a function of one tensor: dX = dY ⊙ f′(X). */
const unary = (backward: (step: Step, x: Name, y: Name) => Name) =>
  rule((step) => [backward(step, step.inputs[0] as Name, step.outputs[0] as Name)])

/** The rule of a function of two tensors that broadcast. The sides return gradients before the sum over broadcast axes. */
const binary = (
  first: (step: Step, a: Name, b: Name) => Name,
  second: (step: Step, a: Name, b: Name) => Name,
) =>
  rule((step) => {
    const { inputs, outputs, needsGradient, tape } = step
    const [a, b] = inputs as [Name, Name]
    const shape = tape.shapeOf(outputs[0] as Name)
    return [first, second].map((side, i) =>
      needsGradient[i]
        ? unbroadcast(tape, side(step, a, b), shape, tape.shapeOf(i === 0 ? a : b))
        : undefined,
    )
  })

const pass = ({ gradient }: Step): Name => gradient

export const identity = unary(pass)

export const neg = unary(({ tape, gradient }) => tape.emit('Neg', [gradient]))

export const add = binary(pass, pass)

export const sub = binary(pass, ({ tape, gradient }) => tape.emit('Neg', [gradient]))

export const mul = binary(
  ({ tape, gradient }, _a, b) => tape.emit('Mul', [gradient, b]),
  ({ tape, gradient }, a) => tape.emit('Mul', [gradient, a]),
)

/** d(a/b) = da/b − (a/b)·db/b. */
export const div = binary(
  ({ tape, gradient }, _a, b) => tape.emit('Div', [gradient, b]),
  ({ tape, gradient, outputs }, _a, b) => {
    const scaled = tape.emit('Mul', [gradient, outputs[0] as Name])
    return tape.emit('Neg', [tape.emit('Div', [scaled, b])])
  },
)

/** d(aᵇ) = b·aᵇ⁻¹·da + aᵇ·log a·db. */
export const pow = binary(
  ({ tape, gradient }, a, b) => {
    const less = tape.emit('Pow', [a, tape.emit('Sub', [b, tape.scalar(1)])])
    return tape.emit('Mul', [gradient, tape.emit('Mul', [b, less])])
  },
  ({ tape, gradient, outputs }, a) =>
    tape.emit('Mul', [gradient, tape.emit('Mul', [outputs[0] as Name, tape.emit('Log', [a])])]),
)

/** d√x = dx/(2√x). */
export const sqrt = unary(({ tape, gradient }, _x, y) =>
  tape.emit('Mul', [tape.emit('Div', [gradient, y]), tape.scalar(0.5)]),
)

export const exp = unary(({ tape, gradient }, _x, y) => tape.emit('Mul', [gradient, y]))

export const log = unary(({ tape, gradient }, x) => tape.emit('Div', [gradient, x]))

/** d(1/x) = −dx/x². */
export const reciprocal = unary(({ tape, gradient }, _x, y) =>
  tape.emit('Neg', [tape.emit('Mul', [gradient, tape.emit('Mul', [y, y])])]),
)

/** At x = 0 the gradient is 0, as in PyTorch. */
export const relu = unary(({ tape, gradient }, _x, y) => {
  const zero = tape.scalar(0)
  return tape.emit('Where', [tape.emit('Greater', [y, zero]), gradient, zero])
})

/** dσ(x) = σ(1 − σ)·dx. */
export const sigmoid = unary(({ tape, gradient }, _x, y) =>
  tape.emit('Mul', [gradient, tape.emit('Sub', [y, tape.emit('Mul', [y, y])])]),
)

/** d tanh(x) = (1 − tanh²)·dx. */
export const tanh = unary(({ tape, gradient }, _x, y) =>
  tape.emit('Mul', [gradient, tape.emit('Sub', [tape.scalar(1), tape.emit('Mul', [y, y])])]),
)

/** d erf(x) = 2/√π·exp(−x²)·dx. */
export const erf = unary(({ tape, gradient }, x) => {
  const bell = tape.emit('Exp', [tape.emit('Neg', [tape.emit('Mul', [x, x])])])
  return tape.emit('Mul', [gradient, tape.emit('Mul', [bell, tape.scalar(2 / Math.sqrt(Math.PI))])])
})

/** Where(condition, a, b): each element's gradient goes to the side that the element came from. */
export const where = rule(({ inputs, outputs, gradient, needsGradient, tape }) => {
  const [condition, a, b] = inputs as [Name, Name, Name]
  const zero = tape.scalar(0)
  const shape = tape.shapeOf(outputs[0] as Name)
  const gradientOfSide = (side: Name, branches: readonly [Name, Name]) =>
    unbroadcast(tape, tape.emit('Where', [condition, ...branches]), shape, tape.shapeOf(side))
  return [
    undefined,
    needsGradient[1] ? gradientOfSide(a, [gradient, zero]) : undefined,
    needsGradient[2] ? gradientOfSide(b, [zero, gradient]) : undefined,
  ]
})
