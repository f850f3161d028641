import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readAdapter } from '../../src/encoders/adapters/adapter.js'
import { adapterScaleInput, attachAdapter } from '../../src/encoders/adapters/attach.js'
import { keepClassToken } from '../../src/encoders/keep-class-token.js'
import { withOutput } from '../../src/tensor/onnx/live.js'
import { type OnnxModel, openModel, readOnnxModel } from '../../src/tensor/onnx/model.js'
import type { Session } from '../../src/tensor/runtime.js'
import { sharedRuntime } from '../helpers/shared.js'
import { expectedFeatures, leastCosine, tinyModel } from './adapters/files.js'
import { miniClip } from './files.js'

const runtime = sharedRuntime()

const graphOf = async (file: string, name = 'image_embeds'): Promise<OnnxModel> =>
  withOutput(await readOnnxModel(file), [name])
const fileOf = (name: string, graph: string) => join(tinyModel(name), `onnx/${graph}.onnx`)

describe.each([
  ['tiny', 'vision_model'],
  ['tiny', 'vision_model_opset17'],
  ['tiny', 'vision_model_older'],
  ['open-clip-tiny', 'vision_model'],
] as const)('in the graph %s/%s', (name, graph) => {
  test.each([1, 3])(
    'what follows the last attention is done for one token, bit for bit, of %d images',
    async (n) => {
      const model = await graphOf(fileOf(name, graph))
      const kept = keepClassToken(model)
      const sessions = [await openModel(runtime, model), await openModel(runtime, kept)] as const
      const { shape, data } = (await expectedFeatures(tinyModel(name))).pixels
      const pixels = {
        shape: [n, ...shape.slice(1)],
        data: data.slice(0, (n * data.length) / (shape[0] ?? 1)),
      }
      expect(await featuresOf(sessions[1], pixels)).toEqual(await featuresOf(sessions[0], pixels))
      // The stream past attention and what attention adds to it: each is picked from once.
      expect(kept.graph.node).toHaveLength(model.graph.node.length + 2)
      await Promise.all(sessions.map((each) => each.release()))
    },
  )

  test('the last adapter is done for one token too, as in PyTorch', async () => {
    const [folder, model] = [tinyModel(name), await graphOf(fileOf(name, graph))]
    const adapter = await readAdapter(join(folder, 'adapter.safetensors'))
    attachAdapter(model, adapter)
    const kept = keepClassToken(model)
    expect(kept.graph.node).toHaveLength(model.graph.node.length + 2)
    const session = await openModel(runtime, kept)
    const { pixels, imo, clip } = await expectedFeatures(folder)
    const d = imo.length / (pixels.shape[0] ?? 1)
    for (const [scale, expected] of [
      [adapter.scale, imo],
      [0, clip],
    ] as const) {
      expect(leastCosine(await featuresOf(session, pixels, scale), expected, d)).toBeGreaterThan(0.999999)
    }
    await session.release()
  })
})

test('the embedded encoder is done for one token in its last block, in both spaces, bit for bit', async () => {
  const model = await graphOf(join(miniClip, 'vision.onnx'), 'features')
  const kept = keepClassToken(model)
  const sessions = [await openModel(runtime, model), await openModel(runtime, kept)] as const
  const dims = [2, ...(sessions[0].signature.pixels?.shape ?? []).slice(1).map(Number)]
  const length = dims.reduce((product, size) => product * size)
  const pixels = {
    type: 'float32',
    dims,
    data: Float32Array.from({ length }, (_, i) => Math.sin(i)),
  } as const
  for (const scale of [0, 0.3]) {
    const feeds = {
      pixels,
      adapter_scale: { type: 'float32', dims: [1], data: Float32Array.of(scale) },
    } as const
    const [before, after] = [await sessions[0].run(feeds), await sessions[1].run(feeds)]
    expect(after).toEqual(before)
  }
  expect(kept.graph.node.length).toBe(model.graph.node.length + 2)
  await Promise.all(sessions.map((each) => each.release()))
})

describe('a graph stays as it is', () => {
  test('that gives the other tokens as well', async () => {
    const model = await readOnnxModel(fileOf('tiny', 'vision_model'))
    expect(model.graph.output.map(({ name }) => name)).toContain('last_hidden_state')
    expect(keepClassToken(model)).toBe(model)
  })

  test.each([
    ['that pools by attention', 'siglip-tiny', 'vision_model', 'pooler_output'],
    ['in half precision', 'tiny', 'vision_model_fp16', 'image_embeds'],
    ['whose tokens are quantised together', 'tiny', 'vision_model_quantized', 'image_embeds'],
    ['of a text', 'tiny', 'text_model', 'text_embeds'],
  ])('%s', async (_, name, graph, output) => {
    const model = await graphOf(fileOf(name, graph), output)
    expect(model.graph.output).toHaveLength(1)
    expect(keepClassToken(model)).toBe(model)
  })
})

interface Pixels {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

async function featuresOf(session: Session, { shape, data }: Pixels, scale?: number): Promise<Float32Array> {
  const { image_embeds } = await session.run({
    pixel_values: { type: 'float32', dims: shape, data },
    ...(scale !== undefined && {
      [adapterScaleInput]: { type: 'float32', dims: [1], data: Float32Array.of(scale) },
    }),
  })
  if (image_embeds?.type !== 'float32') throw new Error('it gave no features')
  return image_embeds.data
}
