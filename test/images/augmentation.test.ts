import { describe, expect, test } from 'vitest'
import { augmentationRecipe, noAugmentation, randomViews } from '../../src/images/augmentation.js'

const recipe = augmentationRecipe(10)
const sizes = [
  [500, 375],
  [64, 64],
  [28, 28],
  [333, 500],
  [100, 60],
] as const

describe('a random view', () => {
  test.each(sizes)(
    'of a %d×%d image lies in it, with 0.5 to 1 of its area, from 3:4 to 4:3 or whole',
    (width, height) => {
      for (let i = 0; i < 100; i++) {
        for (const view of randomViews(recipe, { id: `image ${i}`, width, height })) {
          expect(view.left).toBeGreaterThanOrEqual(0)
          expect(view.top).toBeGreaterThanOrEqual(0)
          expect(view.left + view.width).toBeLessThanOrEqual(width)
          expect(view.top + view.height).toBeLessThanOrEqual(height)
          expect([view.left, view.top, view.width, view.height].every(Number.isInteger)).toBe(true)

          // Sides are rounded to pixels, by up to half of one.
          const area = (view.width * view.height) / (width * height)
          expect(area).toBeGreaterThan(0.5 - 1 / Math.min(width, height))
          expect(area).toBeLessThanOrEqual(1)
          if (area === 1) continue
          expect((view.width + 0.5) / (view.height - 0.5)).toBeGreaterThan(3 / 4)
          expect((view.width - 0.5) / (view.height + 0.5)).toBeLessThan(4 / 3)
        }
      }
    },
  )

  test('is mirrored half of the time, and its areas and places are spread', () => {
    const views = Array.from({ length: 200 }, (_, i) =>
      randomViews(recipe, { id: `image ${i}`, width: 400, height: 300 }),
    ).flat()
    const share = (holds: (view: (typeof views)[number]) => boolean) =>
      views.filter(holds).length / views.length
    expect(share((view) => view.mirrored)).toBeGreaterThan(0.45)
    expect(share((view) => view.mirrored)).toBeLessThan(0.55)
    expect(share((view) => view.width * view.height < 0.6 * 400 * 300)).toBeGreaterThan(0.1)
    expect(share((view) => view.width * view.height > 0.8 * 400 * 300)).toBeGreaterThan(0.1)
    expect(share((view) => 2 * view.left > 400 - view.width)).toBeGreaterThan(0.4)
    expect(share((view) => 2 * view.top > 300 - view.height)).toBeGreaterThan(0.4)
  })

  test.each([
    [1000, 10],
    [10, 1000],
    [1, 64],
    [100_000, 1],
  ])('of an image as long as %d×%d is all of it', (width, height) => {
    for (const view of randomViews(recipe, { id: 'long', width, height })) {
      expect(view).toMatchObject({ left: 0, top: 0, width, height })
    }
  })

  test('of an image of one pixel is that pixel', () => {
    for (const view of randomViews(recipe, { id: 'dot', width: 1, height: 1 })) {
      expect(view).toMatchObject({ left: 0, top: 0, width: 1, height: 1 })
    }
  })
})

test('views depend on the image and the recipe alone', () => {
  const image = { id: 'a', width: 320, height: 240 }
  const views = randomViews(recipe, image)
  expect(views).toHaveLength(10)
  randomViews(recipe, { ...image, id: 'between' })
  expect(randomViews(augmentationRecipe(10), { ...image })).toEqual(views)
  expect(randomViews(recipe, { ...image, id: 'b' })).not.toEqual(views)
  expect(randomViews(augmentationRecipe(11), image).slice(0, 10)).not.toEqual(views)
  expect(new Set(views.map((view) => JSON.stringify(view))).size).toBe(10)
})

test('one round is the image itself, and recipes have ids of their own', () => {
  expect(augmentationRecipe(1)).toBe(noAugmentation)
  expect(augmentationRecipe(10)).toEqual({ id: 'crop-flip-10', rounds: 10 })
  expect(new Set([1, 2, 10, 11].map((rounds) => augmentationRecipe(rounds).id)).size).toBe(4)
})
