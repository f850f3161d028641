import { describe, expect, test } from 'vitest'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { fitSpace } from '../../src/spaces/fit-space.js'
import { genericCovariance, measureGeneric } from '../../src/spaces/fitting/generic-covariance.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { type Matrix, matrix } from '../../src/tensor/matrix.js'
import golden from '../golden/generic.json' with { type: 'json' }
import { sharedRuntime } from '../helpers/shared.js'

const kernels = createKernels(sharedRuntime())
const registry = createRegistry([builtin()])

type Rows = readonly (readonly number[])[]
const matrixOf = (rows: Rows): Matrix =>
  matrix(rows.length, rows[0]?.length ?? 0, Float32Array.from(rows.flat()))
const labelled = (rows: Rows, labels: readonly number[]) => ({
  features: matrixOf(rows),
  labels: Int32Array.from(labels),
})

describe.each(golden.cases.map((each) => [each.title, each] as const))('with %s', (_, given) => {
  const { affinities, F, y, T, sources } = given
  test.each(Object.entries(affinities))('%s compares images as in NumPy', async (id, expected) => {
    const measured = await Promise.all(
      sources.map((source, i) =>
        measureGeneric(labelled(source.features, source.labels), `source ${i}`, kernels),
      ),
    )
    const support = { ...labelled(F, y), textClassifier: null, generic: genericCovariance(measured) }
    const fitted = await fitSpace(registry.space(id), support, kernels)
    const actual = await kernels.dot(
      await fitted.project(matrixOf(T)),
      await fitted.project(support.features),
    )
    const gaps = [...actual.data].map((value, at) => Math.abs(value - (expected.flat()[at] ?? NaN)))
    expect(Math.max(...gaps)).toBeLessThan(2e-5)
  })
})

test('a space that needs a generic covariance says so where there is none', async () => {
  const support = { ...labelled([[1, 0], [0, 1]], [0, 1]), textClassifier: null } // biome-ignore format: two rows
  await expect(fitSpace(registry.space('generic+shrunk'), support, kernels)).rejects.toMatchObject({
    code: 'GENERIC_REQUIRED',
    argument: 'space',
  })
})

const source = [
  [1, 0],
  [0.8, 0.6],
  [0, 1],
  [0.6, 0.8],
]

test.each([
  ['one class', [3, 3, 3, 3], source, 'it has one class, and needs two'],
  ['classes of one image', [1, 2, 3, 4], source, 'no class has two images, and two classes need two'],
  [
    'two images in one class only',
    [1, 1, 3, 4],
    source,
    'only one class has two images, and two classes need two',
  ],
  [
    'a number that is not finite',
    [0, 0, 1, 1],
    [...source.slice(0, 3), [NaN, 1]],
    'row 3 has NaN, not a finite number',
  ],
  ['equal images', [0, 0, 1, 1], [[1, 0], [1, 0], [0, 1], [0, 1]], 'the images of each class are equal'], // biome-ignore format: one line
])('a generic source with %s is refused by name', async (_, labels, rows, reason) => {
  await expect(measureGeneric(labelled(rows, labels), 'photos', kernels)).rejects.toMatchObject({
    code: 'INVALID_GENERIC',
    message: `photos cannot be a source of a generic covariance: ${reason}.`,
  })
})

test('a generic source of images of which some are equal scatters as the others', async () => {
  const one = await measureGeneric(labelled(source, [0, 0, 1, 1]), 'photos', kernels)
  const twice = await measureGeneric(
    labelled([...source, ...source], [0, 0, 1, 1, 0, 0, 1, 1]),
    'photos',
    kernels,
  )
  for (const [at, value] of one.within.data.entries()) expect(twice.within.data[at]).toBeCloseTo(value, 5)
  expect(twice.images).toBe(8)
})

test.each(['generic', 'generic+centred', 'generic+shrunk', 'plda'])(
  '%s is finite in one dimension',
  async (id) => {
    const measured = await measureGeneric(
      labelled([[1], [0.8], [0.5], [0.1]], [0, 0, 1, 1]),
      'photos',
      kernels,
    )
    const support = {
      ...labelled([[1], [0.9]], [0, 1]),
      textClassifier: null,
      generic: genericCovariance([measured]),
    }
    const { project } = await fitSpace(registry.space(id), support, kernels)
    for (const value of (await project(support.features)).data) expect(value).toSatisfy(Number.isFinite)
  },
)

test('a generic covariance of another encoder is refused', async () => {
  const measured = await measureGeneric(labelled(source, [0, 0, 1, 1]), 'photos', kernels)
  const support = { ...labelled([[1, 0, 0], [0, 1, 0]], [0, 1]), textClassifier: null } // biome-ignore format: two rows
  await expect(
    fitSpace(registry.space('plda'), { ...support, generic: genericCovariance([measured]) }, kernels),
  ).rejects.toMatchObject({ code: 'INVALID_GENERIC' })
  const three = await measureGeneric(
    labelled([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 1]], [0, 0, 1, 1]), // biome-ignore format: rows
    'others',
    kernels,
  )
  expect(() => genericCovariance([measured, three])).toThrow(
    expect.objectContaining({ code: 'INVALID_GENERIC' }),
  )
})

test('a space that does not declare that it uses the generic covariance does not see it', async () => {
  const seen: unknown[] = []
  const measured = await measureGeneric(labelled(source, [0, 0, 1, 1]), 'photos', kernels)
  const support = {
    ...labelled(source, [0, 0, 1, 1]),
    textClassifier: null,
    generic: genericCovariance([measured]),
  }
  const space = {
    ...registry.space('centred'),
    fit: async ({ generic }: { readonly generic?: unknown }) => {
      seen.push(generic)
      return { project: async (features: Matrix) => features }
    },
  }
  await fitSpace(space, support, kernels)
  expect(seen).toEqual([null])
})
