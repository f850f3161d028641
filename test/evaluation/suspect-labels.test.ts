import { Matrix as Exact, inverse } from 'ml-matrix'
import { expect, test } from 'vitest'
import { distancesWithout, suspectLabels } from '../../src/evaluation/suspect-labels.js'
import { featuresOf } from '../../src/features/space-features.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { rowOf } from '../../src/tensor/matrix.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import { syntheticTask } from '../../src/testing/synthetic.js'

const kernels = createKernels(openRuntime())
const shrinkage = 0.9

const taskOf = (shots: readonly number[]) => {
  const { support } = syntheticTask({ shots, dimensions: 12, noise: 0.4 })
  return { ...support, features: featuresOf(support.features, 'clip') }
}

/** The means and the covariance by their definitions, computed again without the image; the scale is that of all images. */
function byDefinition(rows: number[][], labels: Int32Array, classes: number, image: number): number[] {
  const d = rows[0]?.length ?? 0
  const meansWithout = (left: number) =>
    Array.from({ length: classes }, (_, c) => {
      const own = rows.filter((_, i) => labels[i] === c && i !== left)
      return Array.from({ length: d }, (_, k) => own.reduce((sum, x) => sum + (x[k] ?? 0), 0) / own.length)
    })
  const scatterWithout = (left: number) => {
    const means = meansWithout(left)
    const scatter = Exact.zeros(d, d)
    for (const [i, x] of rows.entries()) {
      if (i === left) continue
      const r = Exact.columnVector(x.map((value, k) => value - (means[labels[i] ?? 0]?.[k] ?? 0)))
      scatter.add(r.mmul(r.transpose()))
    }
    return scatter
  }
  const share = ((1 - shrinkage) * d) / scatterWithout(-1).trace()
  const precision = inverse(Exact.add(Exact.mul(scatterWithout(image), share), Exact.eye(d).mul(shrinkage)))
  return meansWithout(image).map((mean) => {
    const v = Exact.columnVector((rows[image] ?? []).map((value, k) => value - (mean[k] ?? 0)))
    return v.transpose().mmul(precision).mmul(v).get(0, 0) / 2
  })
}

test('distances are those of means and a covariance without the image, computed again', async () => {
  const { features, labels, classes } = taskOf([2, 5, 9])
  const counts = Int32Array.from([2, 5, 9])
  const distances = await distancesWithout(features, labels, counts, kernels)
  const rows = Array.from({ length: features.rows }, (_, i) => [...rowOf(features, i)])
  for (const image of rows.keys()) {
    const expected = byDefinition(rows, labels, classes, image)
    for (const [c, value] of expected.entries())
      expect(distances.data[image * classes + c]).toBeCloseTo(value, 3)
  }
})

test('exchanged labels come first, with the classes that they had', async () => {
  const task = taskOf(Array.from({ length: 8 }, () => 12))
  const labels = Int32Array.from(task.labels)
  const [a, b] = [3, 40]
  ;[labels[a], labels[b]] = [labels[b] ?? 0, labels[a] ?? 0]
  for (const textClassifier of [task.textClassifier, null]) {
    const found = await suspectLabels({ ...task, labels, textClassifier }, kernels)
    expect(found).toHaveLength(labels.length)
    expect(
      found
        .slice(0, 2)
        .map(({ image }) => image)
        .sort((x, y) => x - y),
    ).toEqual([a, b])
    for (const { image, suggested, probability } of found.slice(0, 2)) {
      expect(suggested).toBe(task.labels[image])
      expect(probability).toBeLessThan(0.5)
    }
  }
})

test('classes of one image, empty classes and images that are all equal are no obstacle', async () => {
  const { features, textClassifier } = taskOf([1, 6, 6])
  const labels = Int32Array.from([0, ...Array(6).fill(1), ...Array(6).fill(3)])
  const found = await suspectLabels({ features, labels, classes: 5, textClassifier: null }, kernels)
  expect(found.map(({ image }) => image).sort((x, y) => x - y)).toEqual(
    Array.from({ length: 12 }, (_, i) => i + 1),
  )
  expect(found.every(({ suggested }) => [0, 1, 3].includes(suggested))).toBe(true)
  const equal = { ...features, data: features.data.map((_, at) => features.data[at % features.columns] ?? 0) }
  const same = await suspectLabels({ features: equal, labels, classes: 5, textClassifier: null }, kernels)
  expect(same.every(({ probability }) => Number.isFinite(probability))).toBe(true)
  expect(
    await suspectLabels({ features, labels: new Int32Array(13), classes: 3, textClassifier }, kernels),
  ).toEqual([])
})
