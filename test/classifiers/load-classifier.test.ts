import { expect, test } from 'vitest'
import { createClassifierFiles } from '../../src/classifiers/classifier-files.js'
import { classify } from '../../src/classifiers/classify.js'
import { loadClassifier } from '../../src/classifiers/load-classifier.js'
import { createFolderObjects } from '../../src/store/objects/folder-objects.js'
import { createKernels, type Kernels } from '../../src/tensor/kernels.js'
import { makeDataset } from '../helpers/datasets.js'
import { temporaryFolder } from '../helpers/folder.js'
import { openTestLibrary } from '../helpers/library.js'
import { picture } from '../helpers/pictures.js'
import { sharedRuntime } from '../helpers/shared.js'

const folder = await temporaryFolder()
const library = await openTestLibrary(folder)
const dataset = await makeDataset(library, 'Patterns')
const supportSet = await library.supportSets.create({
  ...{ dataset: dataset.id, shots: 4, seed: 1, augmentations: 1 },
})
const bytes = await picture(1, 9700)

/** The kernels as they are after a start, where nothing may be fitted. */
const refuse = (what: string) => (): never => expect.fail(`${what} fits something`)
const kernels: Kernels = {
  ...createKernels(sharedRuntime()),
  ...{ eigh: refuse('eigh'), solveRidge: refuse('solveRidge'), inverseRoot: refuse('inverseRoot') },
  ...{ scatter: refuse('scatter') },
}

// These fit the most.
test.each(['gda', 'lda', 'ridge', 'proker', 'tip-adapter++'])(
  'loading %s after a start fits nothing, and answers as before',
  async (method) => {
    await library.classifiers.create({ name: method, supportSet: supportSet.id, method, space: 'shrunk' })
    const { id } = await library.classifiers.get(method)
    const [version] = (await library.classifiers.versionsOf([id])).get(id) ?? []
    const loaded = await loadClassifier(
      {
        ...{ encoders: library.encoders, registry: library.registry, kernels },
        classifierFiles: createClassifierFiles(createFolderObjects(folder)),
      },
      method,
      version ?? expect.fail(),
    )
    const [answer] = await classify(loaded, [{ id: 'one', bytes, error: null }], 3)
    const [before] = await library.classifiers.classify({
      ...{ classifier: method, images: [{ base64: bytes.toString('base64') }], topK: 3 },
    })
    expect(answer?.top).toEqual(before?.top)
  },
)
