import { floatAttribute, integerAttribute, NoRule, rule, type Step } from '../rule.js'
import type { Name, Tape } from '../tape.js'
import { broadcastShape, unbroadcast } from '../unbroadcast.js'

/** Y = A·B: dA = dY·Bᵀ, dB = Aᵀ·dY. */
export const matMul = rule((step) => {
  const [a, b] = step.inputs as [Name, Name]
  const [rankA, rankB] = [step.tape.shapeOf(a).length, step.tape.shapeOf(b).length]
  if (rankA < 2 || rankB < 2) throw new NoRule('MatMul of vectors')
  return rankB === 2 ? byOneMatrix(step, a, b) : batched(step, a, b)
})

/**
 * B is one matrix, so all leading axes of A are rows of one large product. Gemm reads a frozen B transposed in place, and
 * needs no second copy of it.
 */
function byOneMatrix({ gradient, needsGradient, tape }: Step, a: Name, b: Name): (Name | undefined)[] {
  const shapeA = tape.shapeOf(a)
  const [inner, outer] = tape.shapeOf(b) as [number, number]
  const rows = (name: Name, columns: number) => tape.emit('Reshape', [name, tape.integers([-1, columns])])
  const dY = rows(gradient, outer)
  return [
    needsGradient[0]
      ? tape.emit('Reshape', [tape.emit('Gemm', [dY, b], { transB: 1 }), tape.integers(shapeA)])
      : undefined,
    needsGradient[1] ? tape.emit('Gemm', [rows(a, inner), dY], { transA: 1 }) : undefined,
  ]
}

function batched({ gradient, needsGradient, tape }: Step, a: Name, b: Name): (Name | undefined)[] {
  const [shapeA, shapeB] = [tape.shapeOf(a), tape.shapeOf(b)]
  const batch = broadcastShape(shapeA.slice(0, -2), shapeB.slice(0, -2))
  const product = (left: Name, right: Name, to: readonly number[]) =>
    unbroadcast(tape, tape.emit('MatMul', [left, right]), [...batch, ...to.slice(-2)], to)
  return [
    needsGradient[0] ? product(gradient, transposed(tape, b, shapeB.length), shapeA) : undefined,
    needsGradient[1] ? product(transposed(tape, a, shapeA.length), gradient, shapeB) : undefined,
  ]
}

function transposed(tape: Tape, name: Name, rank: number): Name {
  const perm = Array.from({ length: rank }, (_, axis) => axis)
  perm.splice(-2, 2, rank - 1, rank - 2)
  return tape.emit('Transpose', [name], { perm })
}

/** Y = α·A′·B′ + β·C, where ′ is an optional transpose. */
export const gemm = rule(({ node, inputs, outputs, gradient, needsGradient, tape }) => {
  const [a, b, c] = inputs as [Name, Name, Name?]
  const alpha = { float: floatAttribute(node, 'alpha', 1) }
  const beta = floatAttribute(node, 'beta', 1)
  const transA = integerAttribute(node, 'transA', 0)
  const transB = integerAttribute(node, 'transB', 0)
  const product = (left: Name, right: Name, transposeLeft: number, transposeRight: number) =>
    tape.emit('Gemm', [left, right], { alpha, transA: transposeLeft, transB: transposeRight })
  const scaled = (): Name => (beta === 1 ? gradient : tape.emit('Mul', [gradient, tape.scalar(beta)]))
  return [
    needsGradient[0]
      ? transA
        ? product(b, gradient, transB, 1)
        : product(gradient, b, 0, 1 - transB)
      : undefined,
    needsGradient[1]
      ? transB
        ? product(gradient, a, 1, transA)
        : product(a, gradient, 1 - transA, 0)
      : undefined,
    c !== undefined && needsGradient[2]
      ? unbroadcast(tape, scaled(), tape.shapeOf(outputs[0] as Name), tape.shapeOf(c))
      : undefined,
  ]
})
