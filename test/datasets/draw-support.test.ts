import { describe, expect, test } from 'vitest'
import { drawSupport, largestClass, withoutExact } from '../../src/datasets/draw-support.js'

const names = ['few', 'many']
const pool = [...Array(12).keys()].map((i) => ({ imageId: `image ${i}`, classIndex: i < 2 ? 0 : 1 }))
const draw = (drawing: 'EXACT' | 'AT_MOST' | 'ALL', shots: number, seed = 1) =>
  drawSupport(pool, names, { drawing, shots, seed })
const ofClass = (drawn: ReturnType<typeof draw>, index: number) =>
  drawn.filter(({ classIndex }) => classIndex === index).map(({ imageId }) => imageId)

describe('uneven classes', () => {
  test('EXACT names the class that has too few', () => {
    expect(() => draw('EXACT', 4)).toThrow(expect.objectContaining({ code: 'NOT_ENOUGH_IMAGES' }))
    expect(() => draw('EXACT', 4)).toThrow('"few" has 2 images')
  })

  test('AT_MOST takes all of a class with fewer, and of the others the same images as EXACT', () => {
    const atMost = draw('AT_MOST', 4)
    expect(ofClass(atMost, 0).toSorted()).toEqual(['image 0', 'image 1'])
    expect(ofClass(atMost, 1)).toHaveLength(4)
    expect(draw('AT_MOST', 2)).toEqual(draw('EXACT', 2))
    expect(ofClass(atMost, 1).slice(0, 2)).toEqual(ofClass(draw('EXACT', 2), 1))
    expect(ofClass(draw('AT_MOST', 4, 2), 1)).not.toEqual(ofClass(atMost, 1))
  })

  test('ALL takes every image', () => {
    expect(
      draw('ALL', 0)
        .map(({ imageId }) => imageId)
        .toSorted(),
    ).toEqual(pool.map(({ imageId }) => imageId).toSorted())
    expect(largestClass(pool)).toBe(10)
  })

  test('a class without images is an error however it is drawn', () => {
    for (const drawing of ['EXACT', 'AT_MOST', 'ALL'] as const) {
      const nobody = () => drawSupport(pool, [...names, 'none'], { drawing, shots: 1, seed: 1 })
      expect(nobody).toThrow(expect.objectContaining({ code: 'CLASS_WITHOUT_IMAGES' }))
    }
  })
})

test('EXACT leaves no trace in a fingerprint, as in earlier versions', () => {
  expect(JSON.stringify(withoutExact({ shots: 1, drawing: 'EXACT', seed: 2 }))).toBe('{"shots":1,"seed":2}')
  expect(withoutExact({ shots: 1, drawing: 'ALL' })).toEqual({ shots: 1, drawing: 'ALL' })
})
