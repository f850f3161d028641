import { expect, test } from 'vitest'
import { discOf, pixelOf, stampPoints } from '../../../web/src/map/stamp.js'

test('a disc covers about the area of its circle', () => {
  for (const radius of [1.9, 2.6, 3.6, 7]) {
    const { coverage } = discOf(radius)
    const area = coverage.reduce((sum, value) => sum + value, 0) / 255
    expect(Math.abs(area / (Math.PI * radius ** 2) - 1)).toBeLessThan(0.12)
  }
})

test('points are drawn in their colours, in order, and not where they would leave the image', () => {
  const [width, height] = [20, 10]
  const pixels = new Uint32Array(width * height)
  const [red, blue] = [pixelOf(255, 0, 0), pixelOf(0, 0, 255)]
  const places = Float32Array.of(5, 5, 6, 5, 19, 5, -3, 2)
  const draw = (order: readonly number[]) => {
    pixels.fill(0)
    stampPoints(
      pixels,
      width,
      height,
      places,
      Uint32Array.of(red, blue, red, red),
      Uint32Array.from(order),
      discOf(2),
    )
  }
  draw([0, 1, 2, 3])
  expect(pixels[5 * width + 6]).toBe(blue)
  expect(pixels[5 * width + 18]).toBe(0)
  draw([1, 0])
  expect(pixels[5 * width + 6]).toBe(red)
  // Bytes of a pixel are red, green, blue and opacity.
  expect([...new Uint8Array(Uint32Array.of(pixelOf(1, 2, 3)).buffer)]).toEqual([1, 2, 3, 255])
})
