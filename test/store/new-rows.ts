import type { NewComparison } from '../../src/store/comparisons.js'
import type { NewImage } from '../../src/store/datasets.js'
import type { RunRequest, RunResult } from '../../src/store/runs.js'
import type { Store } from '../../src/store/store.js'

/** Makes rows of every kind, with names of their own. */
export function createNewRows(store: Store) {
  let made = 0
  const unique = (what: string) => `${what} ${made++}`
  const newDataset = (classes = ['a', 'b']) =>
    store.datasets.create(
      unique('dataset'),
      classes.map((name) => ({ name, prompts: [`a ${name}.`] })),
    )
  const newImage = (more: Partial<NewImage> = {}): NewImage => ({
    imageId: unique('image'),
    classIndex: 0,
    split: 'TEST',
    width: 3,
    height: 2,
    format: 'png',
    bytes: 10,
    ...more,
  })
  const request = (datasetId: string, more: Partial<RunRequest> = {}): RunRequest => ({
    datasetId,
    testDatasetId: null,
    encoder: 'mini-clip',
    method: 'tip-adapter',
    space: 'clip',
    shots: 1,
    drawing: 'EXACT',
    seed: 1,
    augmentations: 1,
    selection: 'NONE',
    search: 'EXACT',
    klScaling: 'FROZEN',
    fixed: { alpha: 0.1 },
    coverage: 0.9,
    unknownDatasetId: null,
    holdOut: [],
    ...more,
  })
  const newComparison = (datasetId: string, fingerprints: readonly string[]): NewComparison => ({
    fingerprint: `${fingerprints.length} from ${fingerprints[0]}`,
    datasetId,
    testDatasetId: null,
    encoder: 'mini-clip',
    lastImage: 0,
    contents: 'made for a test',
    runs: fingerprints.map((fingerprint, seed) => ({ ...request(datasetId, { seed }), fingerprint })),
  })
  const runsOf = async (comparison: string) => await store.comparisons.runs(comparison)
  const newRun = async (datasetId: string) => {
    const comparison = await store.comparisons.create(newComparison(datasetId, [unique('run')]))
    const id = (await runsOf(comparison.id))[0]?.id ?? ''
    const cancel = () => store.comparisons.cancel(comparison.id)
    return { id, cancel, find: async () => await store.runs.get(id) }
  }
  const result = async (datasetId: string): Promise<RunResult> => ({
    supportSetId: (await newSupportSet(datasetId)).id,
    selectionImages: 0,
    labelledImages: 4,
    perClass: { least: 1, mean: 1.5, most: 2 },
    prompts: { least: 1, mean: 2.5, most: 4 },
    temperature: 1.25,
    selectionAccuracy: null,
    hyperparameters: { alpha: 0.1, beta: 5.5 },
    accuracy: 66.5,
    top5Accuracy: 100,
    unshiftedAccuracy: 70.25,
    calibrationError: 0.25,
    testImages: 3,
    encodeMs: 1.5,
    searchMs: 0,
    scoreMs: 2,
  })
  const newSupportSet = (datasetId: string, fingerprint = unique('support set')) =>
    store.supportSets.findOrCreate({
      datasetId,
      encoder: 'mini-clip',
      shots: 2,
      drawing: 'AT_MOST',
      seed: -(2 ** 31),
      augmentations: 1,
      fingerprint,
      images: ['z', 'a', 'm'].map((imageId, classIndex) => ({ imageId, classIndex })),
    })
  return { unique, newDataset, newImage, request, newComparison, runsOf, newRun, result, newSupportSet }
}
