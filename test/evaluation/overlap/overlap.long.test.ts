import { describe, expect, test } from 'vitest'
import { binsOf, chanceAbove, overlapCoefficient } from '../../../src/evaluation/overlap/histogram.js'
import { modalityGapOf } from '../../../src/evaluation/overlap/modality-gap.js'
import { measureOverlap } from '../../../src/evaluation/overlap/overlap.js'
import { readFeatureFile } from '../../../src/features/feature-file.js'
import { supportIn } from '../../../src/features/support.js'
import { centred } from '../../../src/spaces/centred.js'
import { seeded } from '../../../src/system/random.js'
import { createKernels } from '../../../src/tensor/kernels.js'
import { type Matrix, matrix, sliceRows, unitRows } from '../../../src/tensor/matrix.js'
import { sharedRuntime } from '../../helpers/shared.js'
import { sharedData } from '../../reference/shared-data.js'

const kernels = createKernels(sharedRuntime())

function clouds(images: number, classes: number, dimensions: number) {
  const random = seeded('clouds', images, classes)
  const labels = Int32Array.from({ length: images }, () => random.integer(classes))
  const rows = matrix(images, dimensions)
  for (let at = 0; at < rows.data.length; at++) rows.data[at] = random.next() - 0.3
  labels.forEach((label, i) => {
    rows.data[i * dimensions + (label % dimensions)] = 1 + random.next()
  })
  return { features: unitRows(rows), labels, classes }
}

/** Every pair in double precision, one after another. */
function pairsOf({ rows, columns, data }: Matrix, labels: Int32Array) {
  const pairs: { i: number; j: number; same: boolean; cosine: number }[] = []
  for (let i = 0; i < rows; i++) {
    for (let j = i + 1; j < rows; j++) {
      let [dot, a, b] = [0, 0, 0]
      for (let k = 0; k < columns; k++) {
        const [x, y] = [data[i * columns + k] as number, data[j * columns + k] as number]
        dot += x * y
        a += x * x
        b += y * y
      }
      pairs.push({ i, j, same: labels[i] === labels[j], cosine: dot / Math.sqrt(a * b) })
    }
  }
  return pairs
}

function histogram(values: readonly number[], bins: number): number[] {
  const counts = new Array<number>(bins).fill(0)
  for (const value of values) {
    const edge = counts.findIndex((_, k) => value < -1 + (2 / bins) * (k + 1) || k === bins - 1)
    counts[edge] = (counts[edge] ?? 0) + 1
  }
  return counts
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

describe('the overlap of a set of images', () => {
  const given = clouds(150, 4, 6)
  const pairs = pairsOf(given.features, given.labels)
  const cosines = (wanted: (pair: (typeof pairs)[number]) => boolean) =>
    pairs.filter(wanted).map(({ cosine }) => cosine)
  const same = cosines((pair) => pair.same)
  const different = cosines((pair) => !pair.same)

  test.each([10, 200])('has the histograms of all pairs, %i bins', async (bins) => {
    const overlap = await measureOverlap({ ...given, bins, kernels })
    expect([...overlap.same]).toEqual(histogram(same, bins))
    expect([...overlap.different]).toEqual(histogram(different, bins))
    expect(overlap.edges).toHaveLength(bins + 1)
  })

  test('has the means, and an AUC that is the share of pairs of pairs in order', async () => {
    const overlap = await measureOverlap({ ...given, kernels })
    expect(overlap.meanSame).toBeCloseTo(mean(same), 6)
    expect(overlap.meanDifferent).toBeCloseTo(mean(different), 6)
    let inOrder = 0
    for (const s of same) for (const d of different) inOrder += s > d ? 1 : s === d ? 0.5 : 0
    expect(overlap.auc).toBeCloseTo(inOrder / (same.length * different.length), 4)
  })

  test("compares each class's pairs with its pairs with others, and pairs of classes", async () => {
    const overlap = await measureOverlap({ ...given, kernels })
    const labelOf = (i: number) => given.labels[i]
    for (const { classIndex, meanSame, meanDifferent, ...each } of overlap.classes) {
      const own = cosines(({ i, same }) => same && labelOf(i) === classIndex)
      const others = cosines(
        ({ i, j, same }) => !same && (labelOf(i) === classIndex || labelOf(j) === classIndex),
      )
      expect(each.overlap).toBeCloseTo(overlapCoefficient(histogram(own, 200), histogram(others, 200)), 9)
      expect(meanSame).toBeCloseTo(mean(own), 6)
      expect(meanDifferent).toBeCloseTo(mean(others), 6)
    }
    expect(overlap.classPairs).toHaveLength(6)
    for (const { first, second, overlap: value } of overlap.classPairs) {
      const within = cosines(({ i, same }) => same && (labelOf(i) === first || labelOf(i) === second))
      const across = cosines(({ i, j }) => {
        const labels = [labelOf(i), labelOf(j)]
        return labels.includes(first) && labels.includes(second)
      })
      expect(value).toBeCloseTo(overlapCoefficient(histogram(within, 200), histogram(across, 200)), 9)
    }
    const values = overlap.classPairs.map((pair) => pair.overlap)
    expect(values).toEqual([...values].sort((a, b) => b - a))
  })

  test('lies in its interval, the same every time', async () => {
    const overlap = await measureOverlap({ ...given, kernels })
    expect(overlap.overlap.low).toBeLessThanOrEqual(overlap.overlap.value)
    expect(overlap.overlap.high).toBeGreaterThanOrEqual(overlap.overlap.value)
    expect(await measureOverlap({ ...given, kernels })).toEqual(overlap)
  })

  test('has the variances within and between classes', async () => {
    const { variance } = await measureOverlap({ ...given, kernels })
    const rows = Array.from(given.labels, (_, i) => [...sliceRows(given.features, i, i + 1).data])
    const meanOf = (some: number[][]) => (some[0] ?? []).map((_, k) => mean(some.map((row) => row[k] ?? 0)))
    const squared = (a: number[], b: number[]) =>
      a.reduce((sum, value, k) => sum + (value - (b[k] ?? 0)) ** 2, 0)
    const centres = [0, 1, 2, 3].map((c) => meanOf(rows.filter((_, i) => given.labels[i] === c)))
    const within = mean(rows.map((row, i) => squared(row, centres[given.labels[i] ?? 0] ?? [])))
    const between = mean(centres.map((centre) => squared(centre, meanOf(rows))))
    expect(variance.within).toBeCloseTo(within, 6)
    expect(variance.between).toBeCloseTo(between, 6)
    expect(variance.ratio).toBeCloseTo(within / between, 6)
  })
})

test('more than 5,000 images are sampled, every class in proportion', async () => {
  const overlap = await measureOverlap({ ...clouds(5200, 4, 4), kernels })
  expect(overlap.sampled).toBe(true)
  expect(overlap.images).toBeGreaterThanOrEqual(5000)
  expect(overlap.images).toBeLessThan(5010)
})

test('identical images overlap wholly and images of orthogonal classes not at all', async () => {
  const labels = Int32Array.of(0, 0, 1, 1)
  const alike = matrix(4, 2, Float32Array.of(1, 0, 1, 0, 1, 0, 1, 0))
  const apart = matrix(4, 2, Float32Array.of(1, 0, 1, 0, 0, 1, 0, 1))
  const measure = (features: Matrix) => measureOverlap({ features, labels, classes: 2, kernels })
  expect(await measure(alike)).toMatchObject({ overlap: { value: 1 }, auc: 0.5 })
  expect(await measure(apart)).toMatchObject({ overlap: { value: 0 }, auc: 1 })
})

test.each([
  ['one image', Int32Array.of(0)],
  ['images of one class', Int32Array.of(1, 1, 1)],
])('%s cannot overlap', async (_what, labels) => {
  const features = matrix(labels.length, 2, new Float32Array(labels.length * 2).fill(1))
  await expect(measureOverlap({ features, labels, classes: 2, kernels })).rejects.toMatchObject({
    code: 'INVALID_VALUE',
  })
})

test('bins are closed below, and the last one above', () => {
  const bins = binsOf(4)
  expect([-1, -0.5, -0.1, 0, 0.5, 0.999, 1, 1.0000001, -1.0000001].map(bins.indexOf)).toEqual([
    0, 1, 1, 2, 3, 3, 3, 3, 0,
  ])
})

test('the chance of standing above counts equal bins by half', () => {
  expect(chanceAbove([0, 1, 1], [1, 1, 0])).toBe(0.875)
})

test('the modality gap compares images with the texts of the right and of wrong classes', async () => {
  const images = matrix(2, 2, Float32Array.of(1, 0, 0, 1))
  const texts = matrix(2, 2, Float32Array.of(0.6, 0.8, 0, 1))
  const gap = await modalityGapOf(images, Int32Array.of(0, 1), texts, kernels)
  expect(gap.rightClass).toBeCloseTo(0.8, 6)
  expect(gap.wrongClass).toBeCloseTo(0.4, 6)
  expect(gap.distance).toBeCloseTo(Math.hypot(0.5 - 0.3, 0.5 - 0.9), 6)
})

// X /= norm; v = (X @ X.T)[triu_indices(1500, 1)]; a, b = histogram(v[same], 200, (-1, 1)), histogram(v[~same], …);
// minimum(a / a.sum(), b / b.sum()).sum(), all in double precision, X the first 1,500 test features, less the mean of
// support_16_features for centred.
describe.each([
  ['caltech61', 0.2357155814636418, 0.06777021050962823],
  ['flowers102', 0.2567440626956316, 0.19141087258239223],
])('on real features of %s', (name, inClip, inCentred) => {
  const path = sharedData(`${name}-clip-vit-b32/features.safetensors`)
  const skipped = path === undefined ? ' (skipped: the shared data is not here)' : ''

  test.skipIf(path === undefined)(`the overlaps are NumPy's${skipped}`, async () => {
    const file = await readFeatureFile(path ?? '')
    const features = sliceRows(file.test.features.clip ?? matrix(0, 0), 0, 1500)
    const labels = file.test.labels.subarray(0, 1500)
    const support = file.support(16)
    const space = await centred().fit?.(await supportIn(support, { base: 'clip' }), kernels)
    const measure = (rows: Matrix) =>
      measureOverlap({ features: rows, labels, classes: file.classes, kernels })
    expect(Math.abs((await measure(features)).overlap.value - inClip)).toBeLessThan(1e-6)
    const projected = (await space?.project(features)) ?? features
    expect(Math.abs((await measure(projected)).overlap.value - inCentred)).toBeLessThan(1e-6)
  })
})
