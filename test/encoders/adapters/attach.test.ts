import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Adapter, readAdapter } from '../../../src/encoders/adapters/adapter.js'
import { adapterScaleInput, attachAdapter } from '../../../src/encoders/adapters/attach.js'
import { graphOverFile, readOnnxModel } from '../../../src/tensor/onnx/model.js'
import type { Session } from '../../../src/tensor/runtime.js'
import { sharedRuntime } from '../../helpers/shared.js'
import { miniClip } from '../files.js'
import { expectedFeatures, leastCosine, tinyModel } from './files.js'

const runtime = sharedRuntime()

async function openAdapted(file: string, adapter: Adapter): Promise<Session> {
  const model = await readOnnxModel(file)
  attachAdapter(model, adapter)
  const { model: bytes, weightsFolder } = graphOverFile(model)
  return runtime.open(bytes, { weightsFolder })
}

/** Every kind of export, with the least cosine to PyTorch in float32 that its precision allows. */
const exports = [
  ['tiny', 'vision_model', 0.999999],
  ['tiny', 'vision_model_opset17', 0.999999],
  ['tiny', 'vision_model_older', 0.999999],
  ['tiny', 'vision_model_fp16', 0.99999],
  ['tiny', 'vision_model_quantized', 0.999],
  ['tiny', 'vision_model_qdq', 0.998],
  ['open-clip-tiny', 'vision_model', 0.999999],
  ['open-clip-tiny', 'vision_model_quantized', 0.999],
  ['siglip-tiny', 'vision_model', 0.999999],
] as const

describe.each(exports)('an adapter in the graph %s/%s', (name, graph, least) => {
  const folder = tinyModel(name)
  const file = join(folder, `onnx/${graph}.onnx`)

  test('is PyTorch with the adapters inside the blocks, and nothing at scale 0, bit for bit', async () => {
    const adapter = await readAdapter(join(folder, 'adapter.safetensors'))
    const expected = await expectedFeatures(folder)
    const { shape, data } = expected.pixels
    const output = name.startsWith('siglip') ? 'pooler_output' : 'image_embeds'
    const run = async (session: Session, scale?: number): Promise<Float32Array> => {
      const { [output]: features } = await session.run({
        pixel_values: { type: 'float32', dims: shape, data },
        ...(scale !== undefined && {
          [adapterScaleInput]: { type: 'float32', dims: [1], data: Float32Array.of(scale) },
        }),
      })
      if (features?.type !== 'float32') throw new Error(`no ${output}`)
      return features.data
    }
    const [unmodified, adapted] = [await runtime.open(file), await openAdapted(file, adapter)]
    const [plain, off, on] = [await run(unmodified), await run(adapted, 0), await run(adapted, adapter.scale)]
    const d = plain.length / (shape[0] ?? 0)

    expect(Buffer.from(off.buffer, off.byteOffset, off.byteLength)).toEqual(
      Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength),
    )
    expect(leastCosine(on, expected.imo, d)).toBeGreaterThan(least)
    expect(leastCosine(off, expected.clip, d)).toBeGreaterThan(least)
    // With adapters the features are others: an adapter that did nothing would not pass.
    expect(leastCosine(expected.clip, expected.imo, d)).toBeLessThan(0.97)
    await Promise.all([unmodified.release(), adapted.release()])
  })
})

describe('an adapter is refused', () => {
  const vision = join(tinyModel('tiny'), 'onnx/vision_model.onnx')
  const attach = async (file: string, change: (adapter: Adapter) => Adapter = (same) => same) =>
    attachAdapter(
      await readOnnxModel(file),
      change(await readAdapter(join(tinyModel('tiny'), 'adapter.safetensors'))),
    )

  test('by a graph with another number of blocks', async () => {
    await expect(attach(vision, (a) => ({ ...a, blocks: a.blocks.slice(1) }))).rejects.toThrow(
      'it has 2 transformer blocks, but the adapter is for 1',
    )
  })

  test('by a graph whose blocks have another width', async () => {
    await expect(attach(join(tinyModel('open-clip-tiny'), 'onnx/vision_model.onnx'))).rejects.toThrow(
      'its block 0 is 64 wide, but the adapter is for 32',
    )
  })

  test('by a graph without transformer blocks, with what was looked for', async () => {
    const model = await readOnnxModel(vision)
    for (const node of model.graph.node) if (node.opType === 'Softmax') node.opType = 'Sigmoid'
    const adapter = await readAdapter(join(tinyModel('tiny'), 'adapter.safetensors'))
    expect(() => attachAdapter(model, adapter)).toThrow(
      /looked for additions y = x \+ attention\(norm\(x\)\), with a Softmax, .* found 0 of the first kind and 4 of the second/,
    )
  })

  test('by a graph whose adapters are in its blocks already, if that changed their number', async () => {
    await expect(attach(join(miniClip, 'vision.onnx'))).rejects.toThrow('6 transformer blocks')
  })
})
