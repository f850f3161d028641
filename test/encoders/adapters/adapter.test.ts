import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readAdapter, writeAdapter } from '../../../src/encoders/adapters/adapter.js'
import { type NamedTensor, readSafetensors, writeSafetensors } from '../../../src/tensor/safetensors.js'
import { temporaryFolder } from '../../helpers/folder.js'
import { tinyModel } from './files.js'

const file = join(tinyModel('tiny'), 'adapter.safetensors')
const folder = await temporaryFolder()

test('an adapter has the weights of every block and what it is for', async () => {
  const adapter = await readAdapter(file)
  expect(adapter).toMatchObject({
    bottleneck: 8,
    width: 32,
    scale: 0.5,
    encoder: 'tiny',
    provenance: 'random numbers',
  })
  expect(adapter.blocks.length).toBe(2)
  expect(adapter.blocks[1]?.up.weight).toMatchObject({ rows: 32, columns: 8 })
})

test('an adapter that was written reads the same', async () => {
  const adapter = await readAdapter(file)
  const copy = join(folder, 'copy.safetensors')
  await writeAdapter(copy, adapter)
  expect(await readAdapter(copy)).toEqual(adapter)
})

describe('an adapter file is refused', () => {
  const change = async (
    edit: (tensors: Map<string, NamedTensor>, metadata: Record<string, string>) => void,
  ): Promise<string> => {
    const { tensors, metadata } = await readSafetensors(file)
    const changed = { tensors: new Map(tensors), metadata: { ...metadata } }
    edit(changed.tensors, changed.metadata)
    const broken = join(folder, 'broken.safetensors')
    await writeSafetensors(broken, changed, 'an adapter')
    return broken
  }

  test('without its metadata, naming what is missing', async () => {
    const broken = await change((_, metadata) => delete metadata.scale)
    await expect(readAdapter(broken)).rejects.toMatchObject({
      code: 'INVALID_TENSOR_FILE',
      message: expect.stringContaining('scale'),
    })
  })

  test('without a tensor of one block, naming the tensor', async () => {
    const broken = await change((tensors) => tensors.delete('blocks.1.down.bias'))
    await expect(readAdapter(broken)).rejects.toMatchObject({
      code: 'INVALID_TENSOR',
      message: expect.stringContaining('blocks.1.down.bias'),
    })
  })

  test('with a tensor of another shape than its bottleneck says', async () => {
    const broken = await change((_, metadata) => {
      metadata.bottleneck = '9'
    })
    await expect(readAdapter(broken)).rejects.toMatchObject({
      code: 'INVALID_TENSOR',
      message: expect.stringContaining('[8,32], not float32 [9,32]'),
    })
  })

  test('with numbers that are not finite', async () => {
    const broken = await change((tensors) => {
      const data = new Float32Array(32)
      data[3] = Number.NaN
      tensors.set('blocks.0.up.bias', { type: 'float32', shape: [32], data })
    })
    await expect(readAdapter(broken)).rejects.toMatchObject({ code: 'INVALID_TENSOR' })
  })

  test.each(['Infinity', '1e300', '-1', '0', ''])('with the scale "%s"', async (scale) => {
    const broken = await change((_, metadata) => {
      metadata.scale = scale
    })
    await expect(readAdapter(broken)).rejects.toMatchObject({ code: 'INVALID_TENSOR_FILE' })
  })

  test('with a number that no training makes', async () => {
    const broken = await change((tensors) => {
      tensors.set('blocks.0.up.bias', { type: 'float32', shape: [32], data: new Float32Array(32).fill(3e38) })
    })
    await expect(readAdapter(broken)).rejects.toThrow('blocks.0.up.bias: it has a number as large as')
  })

  test('with no blocks at all', async () => {
    const broken = await change((tensors) => tensors.clear())
    await expect(readAdapter(broken)).rejects.toThrow('blocks.0.up.bias')
  })
})
