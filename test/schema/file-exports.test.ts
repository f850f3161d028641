import { expect, test } from 'vitest'
import type { DatasetManifest } from '../../src/datasets/dataset-manifest.js'
import { parseSafetensors } from '../../src/tensor/safetensors.js'
import { makeDataset } from '../helpers/datasets.js'
import { classNames } from '../helpers/pictures.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const { library } = server
const { id } = await makeDataset(library, 'Exported')

test('a dataset has a manifest of its classes and of every image', async () => {
  const { dataset } = await server.query<{ dataset: { manifest: string; fingerprint: string } }>(
    `{ dataset(id: "${id}") { manifest fingerprint } }`,
  )
  const response = await fetch(server.url + dataset.manifest)
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  const manifest = (await response.json()) as DatasetManifest
  expect(manifest).toMatchObject({
    format: 'shotboard-dataset',
    name: 'Exported',
    fingerprint: dataset.fingerprint,
    classes: classNames.map((name) => ({ name, prompts: [`a photo of a ${name}.`] })),
  })
  const images = await library.store.datasets.images(id)
  expect(manifest.images).toEqual(
    images.map(({ imageId, classIndex, split }) => ({
      ...{ sha256: imageId, class: classNames[classIndex], split },
      ...{ width: 40, height: 40, format: 'png' },
    })),
  )
})

test('a support set is a file of its features, as the library has them', async () => {
  const {
    createSupportSet: { supportSet: made },
  } = await server.query<{ createSupportSet: { supportSet: { id: string; file: string } } }>(
    `mutation { createSupportSet(input: { dataset: "${id}", support: { shots: 2 }, seed: 3 }) { supportSet { id file } } }`,
  )
  const bytes = new Uint8Array(await (await fetch(server.url + made.file)).arrayBuffer())
  const { tensors, metadata } = parseSafetensors(bytes, 'support set')
  const row = await library.store.supportSets.get(made.id)
  if (!row) throw new Error('the support set is not there')
  const { features, labels, textClassifier } = await library.encodedData.support(
    row,
    library.encoders.default,
    ['clip', 'imo'],
  )
  expect([...tensors.keys()].sort()).toEqual([
    'imo_support_2_features',
    'prompt_features',
    'prompt_labels',
    'support_2_features',
    'support_2_labels',
    'text_features',
  ])
  expect(tensors.get('support_2_features')).toMatchObject({ shape: [6, 192], data: features.clip?.data })
  expect(tensors.get('imo_support_2_features')?.data).toEqual(features.imo?.data)
  expect(tensors.get('support_2_labels')?.data).toEqual(labels)
  expect(tensors.get('text_features')).toMatchObject({ shape: [3, 192], data: textClassifier?.data })
  const images = await library.store.supportSets.images(made.id)
  expect(JSON.parse(metadata.images ?? '')).toEqual(images.map(({ imageId }) => imageId))
  expect(JSON.parse(metadata.supportSet ?? '')).toMatchObject({ shots: 2, seed: 3, augmentations: 1 })
})

test.each([
  ['/datasets/none.json', 'UNKNOWN_DATASET'],
  ['/support-sets/none.safetensors', 'UNKNOWN_SUPPORT_SET'],
])('%s is %s', async (path, code) => {
  const response = await fetch(server.url + path)
  expect([response.status, await response.text()]).toEqual([404, expect.stringContaining(code)])
})
