import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseGenericFeatures, readGenericFeatures } from '../../src/features/generic-file.js'
import { type NamedTensor, writeSafetensors } from '../../src/tensor/safetensors.js'
import { temporaryFolder } from '../helpers/folder.js'

const features = (...rows: readonly number[]): NamedTensor => ({
  type: 'float32',
  shape: [rows.length, 2],
  data: Float32Array.from(rows.flatMap((x) => [x, 1])),
})
const labels = (...classes: readonly number[]): NamedTensor => ({
  type: 'int32',
  shape: [classes.length],
  data: Int32Array.from(classes),
})
const parse = (tensors: Readonly<Record<string, NamedTensor>>) =>
  parseGenericFeatures({ tensors: new Map(Object.entries(tensors)), metadata: {} }, 'photos')

test('labelled features are read', () => {
  const read = parse({ features: features(1, 2, 3), labels: labels(7, 7, 9) })
  expect([...read.features.data]).toEqual([1, 1, 2, 1, 3, 1])
  expect([...read.labels]).toEqual([7, 7, 9])
})

test('of the features of a dataset, the largest support set and the validation images are read, not the test images', () => {
  const read = parse({
    ...{ support_2_features: features(1, 2), support_2_labels: labels(0, 1) },
    ...{ support_16_features: features(3, 4, 5), support_16_labels: labels(0, 1, 1) },
    ...{ val_features: features(6), val_labels: labels(2) },
    ...{ test_features: features(7), test_labels: labels(0) },
  })
  expect([...read.features.data].filter((_, at) => at % 2 === 0)).toEqual([3, 4, 5, 6])
  expect([...read.labels]).toEqual([0, 1, 1, 2])
})

test.each([
  ['no labels', { features: features(1, 2) }, 'a label, a whole number, for each of the 2 rows of features'],
  ['too few labels', { features: features(1, 2), labels: labels(0) }, 'for each of the 2 rows'],
  ['labels that are not whole', { features: features(1), labels: features(1) }, 'a whole number'],
  ['whole numbers as features', { features: labels(1), labels: labels(1) }, 'floating-point numbers'],
  ['nothing of it', { other: labels(1) }, 'it has no tensors features and labels, and no support set'],
])('a file with %s is refused by name', (_, tensors, reason) => {
  const refused = expect.objectContaining({
    code: 'INVALID_GENERIC',
    message: expect.stringContaining(reason),
  })
  expect(() => parse(tensors as Record<string, NamedTensor>)).toThrow(refused)
})

test('a folder gives a source for each of its files, named after it; a path without files is an error', async () => {
  const folder = await temporaryFolder()
  const file = join(folder, 'features.safetensors')
  const tensors = new Map(Object.entries({ features: features(1, 2), labels: labels(0, 0) }))
  await writeSafetensors(file, { tensors, metadata: {} }, 'the features')
  await copyFile(file, join(folder, 'birds.safetensors'))
  await writeFile(join(folder, 'notes.txt'), 'no features')
  const names = (await readGenericFeatures(folder)).map(({ name }) => name)
  expect(names).toEqual(['birds', folder.split('/').at(-1)])
  expect(await readGenericFeatures(join(folder, 'birds.safetensors'))).toHaveLength(1)
  await expect(readGenericFeatures(join(folder, 'none'))).rejects.toMatchObject({
    code: 'INVALID_VALUE',
    argument: 'generic',
  })
})
