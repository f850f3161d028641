import { expect, test } from 'vitest'
import { liftSquareOf, projectLifted } from '../../../src/spaces/fitting/lift.js'
import { matrix } from '../../../src/tensor/matrix.js'
import { sharedKernels } from '../../../src/testing/kernels.js'

const identity = matrix(2, 2, Float32Array.of(1, 0, 0, 1))
const still = new Float32Array(2)
/** One feature near the mean, one far out in nearly its direction, one as near in another. */
const features = matrix(3, 2, Float32Array.of(1, 0, 9, 1, 0.6, 0.8))

async function cosinesWithFirst(liftSquare: number): Promise<number[]> {
  const projection = { mean: still, transform: identity, liftSquare }
  const u = await projectLifted(features, projection, sharedKernels())
  const all = await sharedKernels().dot(u, u)
  return [...all.data.slice(0, 3)]
}

test('without a lift direction decides, with a long one distance', async () => {
  const [, far, near] = (await cosinesWithFirst(0)) as [number, number, number]
  expect(far).toBeGreaterThan(near)
  const [, farLifted, nearLifted] = (await cosinesWithFirst(100)) as [number, number, number]
  expect(nearLifted).toBeGreaterThan(farLifted)
})

test('with a long lift a cosine falls with the square of the distance', async () => {
  const liftSquare = 1e4
  const [, , near] = (await cosinesWithFirst(liftSquare)) as [number, number, number]
  const square = 0.4 ** 2 + 0.8 ** 2
  expect((1 - near) * 2 * liftSquare).toBeCloseTo(square, 1)
})

test('the lift is a share of the mean square', () => {
  expect(liftSquareOf(features, 0.5)).toBeCloseTo(0.5 * (84 / 3), 5)
  expect(liftSquareOf(matrix(2, 2), 0.5)).toBe(0)
})
