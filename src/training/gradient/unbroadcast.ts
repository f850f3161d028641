import type { Name, Tape } from './tape.js'

/**
 * The gradient of a tensor of shape `to` that was broadcast to shape `from`: for each of its elements, the sum of the
 * gradients of all its copies.
 */
export function unbroadcast(
  tape: Tape,
  gradient: Name,
  from: readonly number[],
  to: readonly number[],
): Name {
  const leading = from.length - to.length
  const axes = from.flatMap((size, axis) =>
    axis < leading || (to[axis - leading] === 1 && size !== 1) ? [axis] : [],
  )
  if (axes.length === 0) return gradient
  const sums = tape.emit('ReduceSum', [gradient, tape.integers(axes)], { keepdims: 1 })
  return leading === 0 ? sums : tape.emit('Reshape', [sums, tape.integers(to)])
}

/** The shape that two shapes broadcast to. */
export function broadcastShape(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length)
  const sizeOf = (shape: readonly number[], axis: number): number => shape[axis - rank + shape.length] ?? 1
  return Array.from({ length: rank }, (_, axis) =>
    sizeOf(a, axis) === 1 ? sizeOf(b, axis) : sizeOf(a, axis),
  )
}
