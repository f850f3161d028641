import { expect, test } from 'vitest'
import { openModel, readOnnxModel } from '../../src/tensor/onnx/model.js'
import type { Tensor } from '../../src/tensor/runtime.js'
import { toFeeds } from '../../src/training/parameters.js'
import { prepareTrainableTower, toAdapter } from '../../src/training/trainable-tower.js'
import { sharedRuntime } from '../helpers/shared.js'
import { noise, plainTower, visionFile } from '../helpers/training.js'

const runtime = sharedRuntime()

const { pixels } = noise(0)
const featuresOf = async (
  model: Parameters<typeof openModel>[1],
  feeds: Record<string, Tensor> = {},
): Promise<unknown> => {
  const session = await openModel(runtime, model)
  const { features } = await session.run({ pixels, ...feeds })
  await session.release()
  return features?.data
}
const scale = (value: number): Tensor => ({ type: 'float32', dims: [1], data: Float32Array.of(value) })
const original = await featuresOf(await readOnnxModel(visionFile), { adapter_scale: scale(0) })

test('without its built-in adapters the encoder is what it was at scale 0, bit for bit', async () => {
  expect(await featuresOf(await plainTower())).toEqual(original)
})

test('with new adapters it begins as the encoder itself', async () => {
  const tower = prepareTrainableTower(await plainTower(), { bottleneck: 4, scale: 0.3 }, 1)
  expect(await featuresOf(tower.model, toFeeds(tower.parameters))).toEqual(original)
})

test('its weights come out as an adapter: down [bottleneck, width], up [width, bottleneck]', async () => {
  const tower = prepareTrainableTower(await plainTower(), { bottleneck: 4, scale: 0.3 }, 1)
  const adapter = toAdapter(tower.parameters, tower.shape, { encoder: 'mini-clip', provenance: 'a test' })
  expect(adapter).toMatchObject({ bottleneck: 4, width: 192, scale: 0.3, encoder: 'mini-clip' })
  expect(adapter.blocks).toHaveLength(6)
  for (const { down, up } of adapter.blocks) {
    expect([down.weight.rows, down.weight.columns, down.bias.length]).toEqual([4, 192, 4])
    expect([up.weight.rows, up.weight.columns, up.bias.length]).toEqual([192, 4, 192])
  }
  const [first] = tower.parameters.values()
  // In the graph inputs stand along the rows.
  expect(adapter.blocks[0]?.down.weight.data[1]).toBe(first?.data[4])
})
