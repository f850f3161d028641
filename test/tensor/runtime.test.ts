import { afterAll, describe, expect, test } from 'vitest'
import { graph, node } from '../../src/tensor/onnx/graph.js'
import { openRuntime, type Tensor } from '../../src/tensor/runtime.js'

const runtime = openRuntime({ threads: 1 })
afterAll(() => runtime.close())

/** A graph that negates. */
const negation = graph({
  inputs: { x: ['n'] },
  outputs: { y: ['n'] },
  nodes: [node('Neg', { inputs: ['x'], output: 'y' })],
})
const vector = (data: Float32Array): Tensor => ({ type: 'float32', dims: [data.length], data })
const valuesOf = (tensor: Tensor | undefined): number[] => [...(tensor?.data ?? [])].map(Number)

describe('a session', () => {
  test('names its inputs and outputs, and runs', async () => {
    const session = await runtime.open(negation)
    expect(session).toMatchObject({ inputs: ['x'], outputs: ['y'] })
    const { y } = await session.run({ x: vector(Float32Array.of(1, -2)) })
    expect(y).toEqual(vector(Float32Array.of(-1, 2)))
  })

  test('takes just the part of a buffer that a view shows, and leaves it where it is', async () => {
    const session = await runtime.open(negation)
    const whole = Float32Array.from({ length: 1000 }, (_, i) => i)
    const { y } = await session.run({ x: vector(whole.subarray(500, 503)) })
    expect(valuesOf(y)).toEqual([-500, -501, -502])
    expect(whole[999]).toBe(999)
  })

  test('copies what goes in, so that it can be written to at once', async () => {
    const session = await runtime.open(negation)
    const data = Float32Array.of(1, 2)
    const running = session.run({ x: vector(data) })
    data.fill(9)
    const { y } = await running
    expect(valuesOf(y)).toEqual([-1, -2])
  })

  test('is handed over what it is told to take', async () => {
    const session = await runtime.open(negation)
    const data = Float32Array.of(1, 2)
    const { y } = await session.run({ x: vector(data) }, { transfer: ['x'] })
    expect(valuesOf(y)).toEqual([-1, -2])
    expect(data.length).toBe(0)
  })

  test('of a view hands over the part alone', async () => {
    const session = await runtime.open(negation)
    const whole = Float32Array.of(1, 2, 3)
    const { y } = await session.run({ x: vector(whole.subarray(1, 2)) }, { transfer: ['x'] })
    expect(valuesOf(y)).toEqual([-2])
    expect([...whole]).toEqual([1, 2, 3])
  })

  test('answers everyone with their own result', async () => {
    const session = await runtime.open(negation)
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, i) => session.run({ x: vector(Float32Array.of(i)) })),
    )
    expect(results.map(({ y }) => valuesOf(y)[0])).toEqual(Array.from({ length: 50 }, (_, i) => -i))
  })

  test('reads shared memory, of any size and by many at once, and leaves it as it is', async () => {
    const session = await runtime.open(negation)
    const lengths = [3, 1, 5000, 2, 5000, 4]
    for (const ways of [lengths, lengths.toReversed()]) {
      const inputs = ways.map((length, i) => new Float32Array(new SharedArrayBuffer(4 * length)).fill(i + 1))
      const results = await Promise.all(inputs.map((data) => session.run({ x: vector(data) })))
      expect(results.map(({ y }) => y)).toEqual(
        ways.map((length, i) => vector(new Float32Array(length).fill(-i - 1))),
      )
      expect(inputs.map((data) => data[0])).toEqual([1, 2, 3, 4, 5, 6])
    }
  })

  test('refuses an input that it does not have, and runs again', async () => {
    const session = await runtime.open(negation)
    await expect(session.run({ z: vector(Float32Array.of(1)) })).rejects.toThrow(/x/)
    const { y } = await session.run({ x: vector(Float32Array.of(1)) })
    expect(valuesOf(y)).toEqual([-1])
  })

  test('that is released refuses to run', async () => {
    const session = await runtime.open(negation)
    await session.release()
    await expect(session.run({ x: vector(Float32Array.of(1)) })).rejects.toThrow(
      'this session has been released',
    )
  })
})

describe('a model that cannot be read is refused', () => {
  test.each([
    ['bytes that are no model', Uint8Array.of(1, 2, 3, 4)],
    ['a model that is cut off', negation.slice(0, negation.length - 10)],
    ['a file that is not there', '/no/such/model.onnx'],
  ])('%s', async (_, model) => {
    await expect(runtime.open(model)).rejects.toThrow()
  })

  test('an operator that does not exist, by its name', async () => {
    const model = graph({
      inputs: { x: ['n'] },
      outputs: { y: ['n'] },
      nodes: [node('NoSuchOperator', { inputs: ['x'], output: 'y' })],
    })
    await expect(runtime.open(model)).rejects.toThrow(/NoSuchOperator/)
  })
})

test('a closed runtime refuses whatever is asked, also what was under way', async () => {
  const own = openRuntime({ threads: 1 })
  const session = await own.open(negation)
  const underWay = own.eigh(400, new Float64Array(400 * 400).fill(1)).catch((error: Error) => error.message)
  await own.close()
  expect(await underWay).toBe('the computing thread has ended')
  await expect(session.run({ x: vector(Float32Array.of(1)) })).rejects.toThrow(
    'the computing thread has ended',
  )
})
