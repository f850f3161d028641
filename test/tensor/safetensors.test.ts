import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  formatSafetensors,
  parseSafetensors,
  readSafetensors,
  readScalars,
  type TensorFile,
  writeSafetensors,
} from '../../src/tensor/safetensors.js'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safetensors-'))
})
afterAll(() => rm(folder, { recursive: true }))

const example: TensorFile = {
  tensors: new Map([
    ['features', { type: 'float32', shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, 1e-40, 3e38) }],
    ['labels', { type: 'int32', shape: [3], data: Int32Array.of(0, -1, 2 ** 31 - 1) }],
    ['nothing', { type: 'float32', shape: [0, 4], data: new Float32Array() }],
    ['scalar', { type: 'int32', shape: [], data: Int32Array.of(7) }],
    ['größe 😀', { type: 'float32', shape: [1], data: Float32Array.of(0.5) }],
  ]),
  metadata: { encoder: 'mini-clip', Übung: 'ja' },
}

const empty = { dtype: 'F32', shape: [0], data_offsets: [0, 0] }

/** A file of a header, given as an object or as text, and a body. */
function fileOf(header: unknown, body: ArrayBufferView | readonly number[] = []): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const data = ArrayBuffer.isView(body)
    ? new Uint8Array(body.buffer, body.byteOffset, body.byteLength)
    : Uint8Array.from(body)
  const bytes = new Uint8Array(8 + text.length + data.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  bytes.set(data, 8 + text.length)
  return bytes
}

/** The one tensor of a file, named x. */
function single(dtype: string, shape: readonly number[], body: ArrayBufferView) {
  const header = { x: { dtype, shape, data_offsets: [0, body.byteLength] } }
  return parseSafetensors(fileOf(header, body), 'a file').tensors.get('x')
}

describe('a file', () => {
  test('that is written is read as it was, with nothing left beside it', async () => {
    const file = join(folder, 'example.safetensors')
    await writeSafetensors(file, example, 'an example')
    expect(await readSafetensors(file)).toEqual(example)
    expect(await readdir(folder)).toEqual(['example.safetensors'])
  })

  test('is read from any part of a buffer, aligned or not', () => {
    const bytes = formatSafetensors(example)
    const shifted = new Uint8Array(bytes.length + 3)
    shifted.set(bytes, 3)
    expect(parseSafetensors(shifted.subarray(3), 'a file')).toEqual(example)
  })

  test('has its tensors start at a multiple of eight bytes, whatever the names', () => {
    const bytes = formatSafetensors(example)
    expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0)
  })

  test('takes the place of an older one', async () => {
    const file = join(folder, 'older.safetensors')
    await writeFile(file, 'something else')
    await writeSafetensors(file, example, 'an example')
    expect(new Uint8Array(await readFile(file))).toEqual(formatSafetensors(example))
  })

  test('whose metadata are null has none', () => {
    expect(parseSafetensors(fileOf({ __metadata__: null }), 'a file').metadata).toEqual({})
  })

  test('without tensors and metadata is one', () => {
    expect(parseSafetensors(fileOf({}), 'a file')).toEqual({ tensors: new Map(), metadata: {} })
  })
})

describe('element types', () => {
  test('half precision is widened, with its subnormals, infinities and zeros', () => {
    const bits = [0x3c00, 0xc000, 0x3555, 0x7bff, 0x0400, 0x0001, 0x83ff, 0x0000, 0x8000, 0x7c00, 0xfc00]
    // numpy.array(bits, numpy.uint16).view(numpy.float16).astype(float)
    const values = [
      1,
      -2,
      0.333251953125,
      65504,
      2 ** -14,
      2 ** -24,
      -1023 * 2 ** -24,
      0,
      -0,
      Infinity,
      -Infinity,
    ]
    expect(single('F16', [11], Uint16Array.from(bits))?.data).toEqual(Float32Array.from(values))
  })

  test('half precision keeps what is not a number', () => {
    expect(single('F16', [1], Uint16Array.of(0x7e00))?.data).toEqual(Float32Array.of(Number.NaN))
  })

  test('double precision is rounded to single', () => {
    expect(single('F64', [2], Float64Array.of(0.1, -1e300))?.data).toEqual(Float32Array.of(0.1, -Infinity))
  })

  test('integers of all sizes become 32 bits', () => {
    expect(single('I64', [2], BigInt64Array.of(-5n, 60n))).toEqual({
      type: 'int32',
      shape: [2],
      data: Int32Array.of(-5, 60),
    })
    expect(single('U8', [2], Uint8Array.of(0, 255))?.data).toEqual(Int32Array.of(0, 255))
    expect(single('I32', [1], Int32Array.of(-1))?.data).toEqual(Int32Array.of(-1))
    expect(single('U64', [1], BigUint64Array.of(9n))?.data).toEqual(Int32Array.of(9))
    expect(single('I16', [1], Int16Array.of(-300))?.data).toEqual(Int32Array.of(-300))
    expect(single('I8', [1], Int8Array.of(-3))?.data).toEqual(Int32Array.of(-3))
  })

  test.each([
    ['I64', BigInt64Array.of(4_294_967_297n)],
    ['I64', BigInt64Array.of(-2_147_483_649n)],
    ['U64', BigUint64Array.of(2n ** 64n - 1n)],
    ['U32', Uint32Array.of(2 ** 31)],
  ])('a number of %s beyond 32 bits is refused: it would become another', (type, body) => {
    expect(() => single(type, [1], body)).toThrow(
      expect.objectContaining({
        code: 'INVALID_TENSOR',
        message: expect.stringContaining(`${body[0]} at index 0`),
      }),
    )
  })

  test('bfloat16 is widened to the same number', () => {
    const bits = Uint16Array.of(0x3f80, 0xc000, 0x40b0, 0x0001, 0x8000, 0x7f80)
    const values = [1, -2, 5.5, 2 ** -133, -0, Infinity]
    expect(single('BF16', [6], bits)?.data).toEqual(Float32Array.from(values))
  })
})

describe('a file that is none', () => {
  test.each([
    ['is empty', new Uint8Array()],
    ['is shorter than its first number', Uint8Array.of(1, 0, 0)],
    ['ends before its header does', formatSafetensors(example).subarray(0, 100)],
    ['claims a header of unheard-of length', new Uint8Array(64).fill(0xff)],
    ['has a header that is no JSON', fileOf('{"x":')],
    ['has a header that is a list', fileOf('[]')],
    ['has a header that is null', fileOf('null')],
    ['has metadata that is not text', fileOf({ __metadata__: { a: 1 } })],
  ])('because it %s is refused by its name', (_, bytes) => {
    expect(() => parseSafetensors(bytes, 'features.bin')).toThrow(
      expect.objectContaining({
        code: 'INVALID_TENSOR_FILE',
        message: expect.stringContaining('features.bin'),
      }),
    )
  })

  test('because it is not there is refused', async () => {
    await expect(readSafetensors(join(folder, 'nowhere'))).rejects.toMatchObject({
      code: 'INVALID_TENSOR_FILE',
    })
  })
})

describe('a tensor is refused by its name', () => {
  const good = { dtype: 'F32', shape: [2], data_offsets: [0, 8] }
  test.each([
    ['that ends behind the file', { ...good, data_offsets: [8, 16] }],
    ['whose shape is larger than its bytes', { ...good, shape: [3] }],
    ['whose shape is smaller than its bytes', { ...good, shape: [1] }],
    ['that ends before it starts', { ...good, data_offsets: [8, 0] }],
    ['that starts before the file', { ...good, data_offsets: [-8, 0] }],
    ['with a shape that is negative', { ...good, shape: [-2] }],
    ['with a shape that overflows', { ...good, shape: [2 ** 40, 2 ** 40] }],
    ['of a type that is not known', { ...good, dtype: 'F8_E4M3' }],
    ['of a type that every object has', { ...good, dtype: 'constructor' }],
    ['without offsets', { dtype: 'F32', shape: [2] }],
    ['that is no entry at all', 'F32'],
  ])('%s', (_, entry) => {
    expect(() => parseSafetensors(fileOf({ weird: entry }, new Uint8Array(8)), 'a file')).toThrow(
      expect.objectContaining({ code: 'INVALID_TENSOR', message: expect.stringContaining('weird') }),
    )
  })
})

test.each([
  ['tensors', (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, empty]))],
  [
    'metadata',
    (names: readonly string[]) => ({ __metadata__: Object.fromEntries(names.map((name) => [name, ''])) }),
  ],
])('more %s than any model has are refused, since they would hold the thread', async (_, headerOf) => {
  const names = Array.from({ length: 20_001 }, (_, i) => `t${i}`)
  const file = join(folder, 'many.safetensors')
  await writeFile(file, fileOf(headerOf(names)))
  const refused = { code: 'INVALID_TENSOR_FILE', message: expect.stringContaining('more than 20000 names') }
  await expect(readSafetensors(file)).rejects.toMatchObject(refused)
  await expect(readScalars(file, ['t1'])).rejects.toMatchObject(refused)
  await writeFile(file, fileOf(headerOf(names.slice(1))))
  const { tensors, metadata } = await readSafetensors(file)
  expect(tensors.size + Object.keys(metadata).length).toBe(20_000)
})

test('tensors that share bytes are refused: a small file would fill the memory', async () => {
  const entry = { dtype: 'U8', shape: [8], data_offsets: [0, 8] }
  const header = { a: entry, b: { ...entry, shape: [4], data_offsets: [4, 8] } }
  const refused = { code: 'INVALID_TENSOR', message: 'Tensor b: its bytes are also those of a.' }
  expect(() => parseSafetensors(fileOf(header, new Uint8Array(8)), 'a file')).toThrow(
    expect.objectContaining(refused),
  )
  const file = join(folder, 'overlapping')
  await writeFile(file, fileOf(header, new Uint8Array(8)))
  await expect(readSafetensors(file)).rejects.toMatchObject(refused)
})

describe('numbers of a file', () => {
  test('are read without the rest, whose types need not be known', async () => {
    const file = join(folder, 'large.safetensors')
    const size = 3 * 2 ** 30
    const header = {
      weights: { dtype: 'F8_E4M3', shape: [size], data_offsets: [0, size] },
      logit_scale: { dtype: 'BF16', shape: [], data_offsets: [size, size + 2] },
      logit_bias: { dtype: 'F64', shape: [1], data_offsets: [size + 2, size + 10] },
      several: { dtype: 'F32', shape: [2], data_offsets: [size + 10, size + 18] },
    }
    const start = fileOf(header)
    // A file with a hole: it takes no space.
    await writeFile(file, start)
    const handle = await open(file, 'r+')
    await handle.write(Uint8Array.of(0xb0, 0x40), 0, 2, start.length + size)
    await handle.write(new Uint8Array(Float64Array.of(-12.5).buffer), 0, 8, start.length + size + 2)
    await handle.truncate(start.length + size + 18)
    await handle.close()
    expect(await readScalars(file, ['logit_scale', 'logit_bias', 'several', 'missing'])).toEqual({
      logit_scale: 5.5,
      logit_bias: -12.5,
    })
  })

  test('of a file that is none are refused', async () => {
    const file = join(folder, 'none')
    await writeFile(file, 'none')
    await expect(readScalars(file, ['a'])).rejects.toMatchObject({ code: 'INVALID_TENSOR_FILE' })
  })
})
