import { describe, expect, test } from 'vitest'
import { supportIn } from '../../src/features/support.js'
import { clip } from '../../src/spaces/clip.js'
import { defineSpace, type FeatureSpace, type SpaceSupport } from '../../src/spaces/contract.js'
import { fitSpace } from '../../src/spaces/fit-space.js'
import { imo } from '../../src/spaces/imo.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { type Matrix, matrix } from '../../src/tensor/matrix.js'
import { syntheticTask } from '../../src/testing/synthetic.js'
import { sharedRuntime } from '../helpers/shared.js'

const kernels = createKernels(sharedRuntime())
const { support } = syntheticTask({ shots: [2, 2] })
const given = await supportIn(support, { base: 'clip' })
const texts = support.textClassifier ?? matrix(0, 0)

const spaceWith = (fit: FeatureSpace['fit'], more: Partial<FeatureSpace> = {}) =>
  defineSpace({
    id: 'own',
    name: 'Own',
    summary: 'Made for a test.',
    base: 'clip',
    trained: false,
    ...(fit && { fit }),
    ...more,
  })
const identity = async (features: Matrix) => features

describe('what a space is fitted to', () => {
  const seenBy = async (more: Partial<FeatureSpace>): Promise<SpaceSupport | undefined> => {
    let seen: SpaceSupport | undefined
    const space = spaceWith(async (handedOver) => {
      seen = handedOver
      return { project: identity }
    }, more)
    await fitSpace(space, given, kernels)
    return seen
  }

  test('has the text classifier if the space declares that it uses texts', async () => {
    expect((await seenBy({ usesTexts: true }))?.textClassifier).toEqual(support.textClassifier)
  })

  test('has no texts if the space does not declare it', async () => {
    expect((await seenBy({}))?.textClassifier).toBeNull()
  })

  test('a space that uses texts is refused by name where there are none', async () => {
    const space = spaceWith(async () => ({ project: identity }), { usesTexts: true })
    await expect(fitSpace(space, { ...given, textClassifier: null }, kernels)).rejects.toThrow(
      expect.objectContaining({
        code: 'TEXT_FEATURES_REQUIRED',
        message: expect.stringContaining('Space own needs text features for its fit'),
      }),
    )
  })
})

describe('texts in a space', () => {
  test('are themselves in clip, and have no place in a space that does not project them', async () => {
    expect(await (await fitSpace(clip(), given, kernels)).projectTexts?.(texts)).toBe(texts)
    expect((await fitSpace(imo(), given, kernels)).projectTexts).toBeUndefined()
    const imagesAlone = spaceWith(async () => ({ project: identity }))
    expect((await fitSpace(imagesAlone, given, kernels)).projectTexts).toBeUndefined()
  })

  test('must have as many dimensions as images there', async () => {
    const space = spaceWith(async () => ({
      project: identity,
      projectTexts: async ({ rows, columns }) => matrix(rows, columns + 1),
    }))
    const fitted = await fitSpace(space, given, kernels)
    await fitted.project(given.features)
    await expect(fitted.projectTexts?.(texts)).rejects.toThrow(
      /space own.*the projected texts must be 2 × 16, not 2 × 17/,
    )
  })
})
