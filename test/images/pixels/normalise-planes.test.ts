import { expect, test } from 'vitest'
import { normalisePlanes } from '../../../src/images/pixels/normalise-planes.js'
import { clearedScratchMemory } from '../../../src/images/pixels/scratch-memory.js'
import { noise } from '../../encoders/noise.js'

const mean = [0.48145466, 0.4578275, 0.40821073]
const std = [0.26862954, 0.26130258, 0.27577711]
const rescale = 1 / 255

function normalise(bytes: Uint8Array, pixels: Float32Array): void {
  const memory = clearedScratchMemory()
  normalisePlanes(memory, memory.copyIn(bytes), { rescale, mean, std }, pixels)
}

test.each([
  [1, 1],
  [3, 1],
  [5, 7],
  [64, 64],
])('%i×%i pixels become three normalised planes', (width, height) => {
  const { data } = noise(width, height)
  const count = width * height
  const pixels = new Float32Array(3 * count)
  normalise(data, pixels)
  const expected = Float32Array.from(pixels, (_, at) => {
    const channel = Math.floor(at / count)
    const byte = data[3 * (at % count) + channel] ?? Number.NaN
    return (byte * rescale - (mean[channel] ?? 0)) / (std[channel] ?? 0)
  })
  for (const [at, value] of pixels.entries()) expect(value).toBeCloseTo(expected[at] ?? Number.NaN, 6)
})

test('only the given part of an array is written', () => {
  const array = new Float32Array(29).fill(7)
  normalise(noise(3, 3).data, array.subarray(1, 28))
  expect([array[0], array[28]]).toEqual([7, 7])
  expect(array.subarray(1, 28)).not.toContain(7)
})
