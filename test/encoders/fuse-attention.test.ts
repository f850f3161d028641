import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readAdapter } from '../../src/encoders/adapters/adapter.js'
import { adapterScaleInput, attachAdapter } from '../../src/encoders/adapters/attach.js'
import { fuseAttention } from '../../src/encoders/fuse-attention.js'
import { type OnnxModel, openModel, readOnnxModel } from '../../src/tensor/onnx/model.js'
import { withFields } from '../../src/tensor/onnx/with-fields.js'
import { openRuntime, type Session } from '../../src/tensor/runtime.js'
import { expectedFeatures, leastCosine, tinyModel } from './adapters/files.js'

const runtime = openRuntime({ threads: 1 })
afterAll(() => runtime.close())

const fileOf = (name: string, graph: string) => join(tinyModel(name), `onnx/${graph}.onnx`)
const count = ({ graph }: OnnxModel, operator: string) =>
  graph.node.filter(({ opType }) => opType === operator).length

/** Every form of attention that is found: whole and quantised, by new and old exporters, the scale here or there. */
const forms = [
  ['tiny', 'vision_model'],
  ['tiny', 'vision_model_opset17'],
  ['tiny', 'vision_model_older'],
  ['tiny', 'vision_model_quantized'],
  ['siglip-tiny', 'vision_model'],
] as const

describe.each(forms)('attention in the graph %s/%s', (name, graph) => {
  test('becomes one operator a block, and nothing changes, bit for bit', async () => {
    const model = await readOnnxModel(fileOf(name, graph))
    const fused = fuseAttention(model)
    expect(count(fused, 'MultiHeadAttention')).toBe(2)
    // SigLIP ends in a pooling that attends as well, from a token of its own.
    expect(count(fused, 'Softmax')).toBe(count(model, 'Softmax') - 2)
    const { pixels } = await expectedFeatures(tinyModel(name))
    const sessions = [await runtime.open(model.file), await openModel(runtime, fused)] as const
    const [before, after] = [await featuresOf(sessions[0], pixels), await featuresOf(sessions[1], pixels)]
    expect(after).toEqual(before)
    await Promise.all(sessions.map((each) => each.release()))
  })

  test('takes an adapter, as in PyTorch, and at scale 0 is the unmodified model, bit for bit', async () => {
    const [folder, model] = [tinyModel(name), await readOnnxModel(fileOf(name, graph))]
    const [unmodified, adapter] = [
      await runtime.open(model.file),
      await readAdapter(join(folder, 'adapter.safetensors')),
    ]
    attachAdapter(model, adapter)
    const session = await openModel(runtime, fuseAttention(model))
    const { pixels, imo } = await expectedFeatures(folder)
    expect(await featuresOf(session, pixels, 0)).toEqual(await featuresOf(unmodified, pixels))
    const on = await featuresOf(session, pixels, adapter.scale)
    const features = on.get(name === 'siglip-tiny' ? 'pooler_output' : 'image_embeds')
    if (features === undefined) throw new Error('it gave no features')
    const least = graph.endsWith('quantized') ? 0.999 : 0.999999
    expect(leastCosine(features, imo, imo.length / (pixels.shape[0] ?? 1))).toBeGreaterThan(least)
    await Promise.all([session.release(), unmodified.release()])
  })
})

describe('a graph stays as it is', () => {
  test.each([
    ['whose attention is masked', 'tiny', 'text_model'],
    ['whose queries, keys and values are one product', 'open-clip-tiny', 'vision_model'],
    ['in half precision', 'tiny', 'vision_model_fp16'],
    ['whose products are quantised', 'tiny', 'vision_model_qdq'],
  ])('%s', async (_, name, graph) => {
    const model = await readOnnxModel(fileOf(name, graph))
    expect(fuseAttention(model)).toBe(model)
  })

  test('where the softmax is not over keys', async () => {
    const model = await readOnnxModel(fileOf('tiny', 'vision_model'))
    for (const { opType, attribute } of model.graph.node) {
      const [axis] = opType === 'Softmax' ? attribute : []
      if (axis) axis.i = 2n
    }
    expect(fuseAttention(model)).toBe(model)
  })

  test('where somebody else reads what attention weighs with', async () => {
    const model = await readOnnxModel(fileOf('tiny', 'vision_model'))
    const [softmax] = model.graph.node.filter(({ opType }) => opType === 'Softmax')
    const reader = model.graph.node.find(({ input }) => input.includes(softmax?.output[0] ?? ''))
    if (reader) model.graph.node.push(withFields(reader, { output: ['seen'] }))
    expect(count(fuseAttention(model), 'MultiHeadAttention')).toBe(1)
  })
})

type Pixels = Awaited<ReturnType<typeof expectedFeatures>>['pixels']

async function featuresOf(session: Session, { shape, data }: Pixels, scale?: number) {
  const results = await session.run({
    pixel_values: { type: 'float32', dims: shape, data },
    ...(scale !== undefined && {
      [adapterScaleInput]: { type: 'float32', dims: [1], data: Float32Array.of(scale) },
    }),
  })
  return new Map(
    Object.entries(results).flatMap(([output, { type, data }]) =>
      type === 'float32' ? [[output, data]] : [],
    ),
  )
}
