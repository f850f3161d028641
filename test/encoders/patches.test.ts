import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Encoder, openEncoder } from '../../src/encoders/encoder.js'
import { patchSpace } from '../../src/encoders/encoder-space.js'
import { readModelFolder } from '../../src/encoders/model-folder.js'
import { patchOutput, withPatchOutput } from '../../src/encoders/patch-output.js'
import { openPatchTower } from '../../src/encoders/patch-tower.js'
import { patchesKey } from '../../src/features/patches.js'
import { operator } from '../../src/tensor/kernels.js'
import { graph as describedGraph } from '../../src/tensor/onnx/graph.js'
import { openModel, parseOnnxModel, withGraph } from '../../src/tensor/onnx/model.js'
import type { NodeProto, TensorProto } from '../../src/tensor/onnx/onnx_pb.js'
import { readOnnxGraph } from '../../src/tensor/onnx/read-graph.js'
import { topologyOf } from '../../src/tensor/onnx/topology.js'
import { root } from '../helpers/programs.js'
import { sharedRuntime } from '../helpers/shared.js'
import { noise } from './noise.js'

const fixture = (name: string): string => join(import.meta.dirname, 'fixtures/models', name)
const miniClip = join(root, 'models/mini-clip')

/** Closes the encoder afterwards. */
async function withEncoder<T>(folder: string, work: (encoder: Encoder) => Promise<T>): Promise<T> {
  const encoder = await openEncoder(folder, sharedRuntime())
  try {
    return await work(encoder)
  } finally {
    await encoder.close()
  }
}

/** The numbers of a float32 tensor of a graph's weights. */
const numbersOf = ({ rawData }: TensorProto): Float32Array =>
  new Float32Array(Uint8Array.from(rawData).buffer)

/** The last layer norm and the projection of a graph, written out: tokens [T, w] → features [T, d]. */
function projectionOf(nodes: readonly NodeProto[], tensorOf: (name: string) => TensorProto | undefined) {
  const weights = (name: string | undefined) => {
    const tensor = tensorOf(name ?? '')
    if (!tensor) throw new Error(`the graph has no weights ${name}`)
    return numbersOf(tensor)
  }
  const last = nodes.findLast(({ output }) => output.includes('image_embeds'))
  const norm = nodes.find(({ output }) => output.includes(last?.input[0] ?? ''))
  expect([norm?.opType, last?.opType]).toEqual(['LayerNormalization', 'MatMul'])
  const [scale, bias] = [weights(norm?.input[1]), weights(norm?.input[2])]
  const transpose = nodes.find(
    ({ opType, output }) => opType === 'Transpose' && output.includes(last?.input[1] ?? ''),
  )
  const matrix = weights(transpose?.input[0] ?? last?.input[1])
  const epsilon = norm?.attribute.find(({ name }) => name === 'epsilon')?.f ?? 1e-5
  const width = scale.length
  const columns = matrix.length / width
  return (token: ArrayLike<number>): number[] => {
    const values = Array.from(token)
    const mean = values.reduce((sum, value) => sum + value, 0) / width
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width
    const normed = values.map(
      (value, k) =>
        ((value - mean) / Math.sqrt(variance + epsilon)) * (scale[k] as number) + (bias[k] as number),
    )
    const at = (k: number, j: number) => (transpose ? j * width + k : k * columns + j)
    return Array.from({ length: columns }, (_, j) =>
      normed.reduce((sum, value, k) => sum + value * (matrix[at(k, j)] as number), 0),
    )
  }
}

const unit = (values: readonly number[]): number[] => {
  const length = Math.hypot(...values)
  return values.map((value) => value / length)
}

test('features of patches are the last tokens through the last layer norm and the projection', async () => {
  const file = join(fixture('tiny'), 'onnx/vision_model.onnx')
  // The same weights, in a graph with layer norms as operators.
  const model = await readOnnxGraph(join(fixture('tiny'), 'onnx/vision_model_opset17.onnx'))
  const { imageSize: size, dimensions } = (await readModelFolder(fixture('tiny'))).manifest
  const pixels = Float32Array.from(noise(size, 2 * size).data, (byte) => byte / 127.5 - 1)
  const input = { type: 'float32', dims: [2, 3, size, size], data: pixels } as const
  const session = await sharedRuntime().open(file)
  const { last_hidden_state: hidden, image_embeds: embeds } = await session.run({ pixel_values: input })
  await session.release()
  if (hidden?.type !== 'float32' || embeds?.type !== 'float32') throw new Error('it gave no features')
  const [, tokens = 0, width = 0] = hidden.dims
  const project = projectionOf(model.graph.node, topologyOf(model.graph).tensor)
  const tokenOf = (image: number, token: number) =>
    hidden.data.subarray((image * tokens + token) * width, (image * tokens + token + 1) * width)

  const tower = await openPatchTower(await readModelFolder(fixture('tiny')), sharedRuntime())
  expect(tower.perImage).toBe(tokens - 1)
  const { rows, columns, data } = await tower.encode(pixels, 2)
  await tower.release()
  expect([rows, columns]).toEqual([2, tower.perImage * dimensions])
  for (const image of [0, 1]) {
    // What is written out above is right of the class token, which is the model's own answer.
    for (const [j, value] of project(tokenOf(image, 0)).entries()) {
      expect(value).toBeCloseTo(embeds.data[image * dimensions + j] as number, 4)
    }
    for (let patch = 0; patch < tower.perImage; patch++) {
      const from = image * columns + patch * dimensions
      const given = data.subarray(from, from + dimensions)
      for (const [j, value] of unit(project(tokenOf(image, patch + 1))).entries()) {
        expect(given[j]).toBeCloseTo(value, 4)
      }
    }
  }
})

test.each([
  ['a transformer in half precision', 'tiny', 'vision_model_fp16.onnx', true],
  ['a transformer whose layer norms are in parts', 'tiny', 'vision_model_older.onnx', true],
  ["open_clip's export", 'open-clip-tiny', 'vision_model.onnx', true],
  ['a transformer whose tokens are quantised together', 'tiny', 'vision_model_quantized.onnx', false],
])('%s gives patches where each token is computed alone: %s %s', async (_, name, file, gives) => {
  const model = await readOnnxGraph(join(fixture(name), 'onnx', file))
  const patched = withPatchOutput(model, ['image_embeds'])
  expect(patched !== undefined).toBe(gives)
  if (!patched) return
  const session = await openModel(sharedRuntime(), patched)
  await session.release()
})

test('a graph may give the features of patches itself', async () => {
  const bytes = describedGraph({
    inputs: { pixels: ['n', 3, 2, 2] },
    outputs: { features: ['n', 4], [patchOutput]: ['n', 3, 4] },
    constants: [
      { name: 'axes', values: [1] },
      { name: 'shape', values: [0, 3, 4] },
    ],
    nodes: [
      operator('Reshape', ['pixels', 'shape'], patchOutput),
      operator('ReduceMean', [patchOutput, 'axes'], 'features', { keepdims: 0 }),
    ],
  })
  const patched = withPatchOutput(parseOnnxModel(bytes), ['features'])
  if (!patched) throw new Error('it gives none')
  const session = await openModel(sharedRuntime(), patched)
  const data = Float32Array.from({ length: 24 }, (_, i) => i)
  const [output] = Object.values(await session.run({ pixels: { type: 'float32', dims: [2, 3, 2, 2], data } }))
  await session.release()
  expect(output?.dims).toEqual([2, 12])
  expect(output?.data).toEqual(data)
  // Without that output, no token is picked, so that there is none.
  const pooled = withGraph(patched, { output: parseOnnxModel(bytes).graph.output.slice(0, 1) })
  expect(withPatchOutput(pooled, ['features'])).toBeUndefined()
})

test('an encoder says how many patches it gives, and encodes them as unit features', async () => {
  const png = (await import('sharp')).default(Buffer.from(noise(64, 64).data), {
    raw: { width: 64, height: 64, channels: 3 },
  })
  const image = { id: '1'.repeat(64), read: () => png.png().toBuffer() }
  await withEncoder(miniClip, async (encoder) => {
    expect(await encoder.patches()).toBe(16)
    expect(encoder.spaces).not.toContain(patchSpace)
    const { clip, patches } = await encoder.encodeImages([image], { spaces: ['clip', patchSpace] })
    expect([clip?.columns, patches?.columns]).toEqual([192, 16 * 192])
    for (let p = 0; p < 16; p++) {
      expect(Math.hypot(...(patches?.data.subarray(p * 192, (p + 1) * 192) ?? []))).toBeCloseTo(1, 5)
    }
    expect(encoder.spaceFingerprint(patchSpace)).toBe(encoder.spaceFingerprint('clip'))
  })
  await withEncoder(fixture('siglip-tiny'), async (encoder) => {
    expect(await encoder.patches()).toBeNull()
    await expect(encoder.encodeImages([image], { spaces: [patchSpace] })).rejects.toMatchObject({
      code: 'SPACE_NOT_AVAILABLE',
    })
  })
})

test('what an encoder is asked for is where methods find it', () => {
  expect(patchesKey).toBe(patchSpace)
})
