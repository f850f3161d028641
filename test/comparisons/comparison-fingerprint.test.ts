import { expect, test } from 'vitest'
import { comparisonFingerprints } from '../../src/comparisons/comparison-fingerprint.js'
import { createDatasetContents } from '../../src/datasets/dataset-contents.js'
import { makeDataset } from '../helpers/datasets.js'
import { sharedServer } from '../helpers/server.js'

test('what a comparison depends on is its classes as they are, and not their ids, which differ on another machine', async () => {
  const { library } = await sharedServer()
  const { id: datasetId } = await makeDataset(library, 'Fingerprinted', { SUPPORT_POOL: 1, TEST: 1 })
  const classes = await library.store.datasets.classes(datasetId)
  const contents = createDatasetContents(library.store)
  const fingerprintWith = async (changed: typeof classes) =>
    comparisonFingerprints(contents, [[{ fingerprint: 'encoder' }]], {
      ...{ datasetId, classes: changed, test: null, unknownDatasetId: null, lastImage: null },
    })
  const own = await fingerprintWith(classes)
  expect(await fingerprintWith(classes.map((each, i) => ({ ...each, id: `other ${i}` })))).toEqual(own)
  expect(await fingerprintWith(classes.map((each) => ({ ...each, prompts: ['a sketch.'] })))).not.toEqual(own)
  expect(await fingerprintWith(classes.map((each) => ({ ...each, name: `${each.name}s` })))).not.toEqual(own)
})
