import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openEncoder } from '../../src/encoders/encoder.js'
import type { Matrix } from '../../src/tensor/matrix.js'
import { sharedRuntime } from '../helpers/shared.js'
import { miniClip, root, sourceOf } from './files.js'

const shared = process.env.SHOTBOARD_SHARED_DATA ?? join(root, '../shared/data')
const runtime = sharedRuntime()
const encoder = await openEncoder(miniClip, runtime)

const bins = 200

/**
 * The intra-modal overlap: cosine similarities of all pairs of the same class and of all pairs of different classes, in
 * histograms of 200 bins on [-1, 1], each of sum 1; the sum over bins of the smaller.
 */
function overlapOf({ rows, columns, data }: Matrix, labels: readonly number[]): number {
  const same = new Float64Array(bins)
  const different = new Float64Array(bins)
  for (let i = 0; i < rows; i++) {
    for (let j = i + 1; j < rows; j++) {
      let similarity = 0
      for (let k = 0, a = i * columns, b = j * columns; k < columns; k++, a++, b++) {
        similarity += (data[a] ?? Number.NaN) * (data[b] ?? Number.NaN)
      }
      const bin = Math.min(bins - 1, Math.max(0, Math.floor(((similarity + 1) / 2) * bins)))
      const histogram = labels[i] === labels[j] ? same : different
      histogram[bin] = (histogram[bin] ?? 0) + 1
    }
  }
  const total = (histogram: Float64Array) => histogram.reduce((sum, count) => sum + count, 0)
  const [pairsOfSame, pairsOfDifferent] = [total(same), total(different)]
  expect(pairsOfSame + pairsOfDifferent).toBe((rows * (rows - 1)) / 2)
  return same.reduce(
    (sum, count, bin) => sum + Math.min(count / pairsOfSame, (different[bin] ?? 0) / pairsOfDifferent),
    0,
  )
}

/** Of every fifth test image of each class. */
async function overlapsOfTestImages(folder: string) {
  const { classes } = JSON.parse(await readFile(join(folder, 'dataset.json'), 'utf8')) as {
    classes: { name: string; folder?: string }[]
  }
  const images = await Promise.all(
    classes.map(async ({ name, folder: own = name }, label) => {
      const path = join(folder, 'test', own)
      const files = (await readdir(path)).toSorted().filter((_, i) => i % 5 === 0)
      return Promise.all(
        files.map(async (file) => ({ label, source: sourceOf(await readFile(join(path, file))) })),
      )
    }),
  )
  const labels = images.flat().map(({ label }) => label)
  const { clip, imo } = await encoder.encodeImages(
    images.flat().map(({ source }) => source),
    { spaces: ['clip', 'imo'] },
  )
  if (clip === undefined || imo === undefined) throw new Error('a space is missing')
  return { clip: overlapOf(clip, labels), imo: overlapOf(imo, labels) }
}

test('overlap is 0 of separated classes and 1 of classes that are the same', () => {
  const data = Float32Array.of(1, 0, 1, 0, 0, 1, 0, 1)
  expect(overlapOf({ rows: 4, columns: 2, data }, [0, 0, 1, 1])).toBe(0)
  expect(overlapOf({ rows: 4, columns: 2, data: data.fill(0.5) }, [0, 0, 1, 1])).toBe(1)
})

test('the adapters lower the overlap of the demo data set', async () => {
  const { clip, imo } = await overlapsOfTestImages(join(root, 'demo/fashion-mnist'))
  expect(imo).toBeLessThan(clip)
})

// As tools/parity/overlap.py finds them. models/mini-clip/README.md measured other images of the two data sets.
test.for([
  { name: 'cifar10-photos', clip: 0.782, imo: 0.756 },
  { name: 'tiny-imagenet-50', clip: 0.679, imo: 0.64 },
])('the adapters lower the overlap of $name from $clip to $imo', async ({ name, clip, imo }, { skip }) => {
  const folder = join(shared, name)
  skip(
    !existsSync(folder),
    `the data set ${name} is not here: set SHOTBOARD_SHARED_DATA to its parent folder`,
  )
  const found = await overlapsOfTestImages(folder)
  expect(Math.abs(found.clip - clip)).toBeLessThan(0.001)
  expect(Math.abs(found.imo - imo)).toBeLessThan(0.001)
})
