import { expect, test } from 'vitest'
import { makeDataset } from '../helpers/datasets.js'
import { temporaryFolder } from '../helpers/folder.js'
import { openTestLibrary } from '../helpers/library.js'
import { base64, picture } from '../helpers/pictures.js'
import { moduleFile } from '../helpers/plugins.js'

/** A plugin whose method scores by the texts, times `sign`. */
const plugin = ({ sign = 1, grid = '[0, 1]', before = '' } = {}) =>
  moduleFile(`export default () => ({ name: 'own', methods: [{
    id: 'texts', name: 'Texts', summary: '', space: null, usesTexts: true,
    hyperparameters: { offset: { kind: 'shape', default: 1, grid: ${grid}, summary: '' } },
    async score(batch) {
      ${before}
      const { rows, columns, data } = await batch.textSimilarities()
      return { rows, columns, data: data.map((value) => ${sign} * value) }
    },
  }] })`)

const request = (dataset: string) => ({
  ...({ dataset, shots: [1], seeds: [1], klScaling: 'FROZEN', augmentations: 1 } as const),
  methods: [{ method: 'texts' }, { method: 'tip-adapter' }],
  selection: 'LEAVE_ONE_OUT' as const,
})

async function compareWith(folder: string, file: string, dataset?: string) {
  const library = await openTestLibrary(folder, { SHOTBOARD_PLUGINS: file })
  const id = dataset ?? (await makeDataset(library, 'of changing plugins')).id
  const { id: comparison } = await library.comparisons.compareOnce(request(id))
  await library.comparisons.ended(comparison)
  const document = await library.documentComparison(comparison)
  const again = await library.documentComparison(comparison)
  expect(again).toEqual(document)
  return { dataset: id, comparison, document, library }
}

test('a plugin that has changed does not get its old results, and those that have not changed are found', async () => {
  const folder = await temporaryFolder()
  const first = await compareWith(folder, await plugin())
  await first.library.close()

  const negated = await compareWith(folder, await plugin({ sign: -1, grid: '[0, 1, 2]' }), first.dataset)
  expect(negated.comparison).not.toBe(first.comparison)
  const [before, after] = [first.document.runs, negated.document.runs]
  expect(after[0]?.id).not.toBe(before[0]?.id)
  expect(after[0]?.result?.accuracy).not.toBe(before[0]?.result?.accuracy)
  // The built-in method has not changed.
  expect(after[1]?.id).toBe(before[1]?.id)

  expect(before[0]?.code?.method).toMatchObject({ id: 'texts', plugin: 'own' })
  expect(after[0]?.code?.method.code).not.toBe(before[0]?.code?.method.code)
  expect(after[1]?.code?.method).toMatchObject({ plugin: 'shotboard', package: 'shotboard' })
  expect(after[1]?.code?.space).toMatchObject({ id: 'clip', plugin: 'shotboard' })

  // What is exported of the first comparison is what it searched, not what the plugin declares now.
  const kept = await negated.library.documentComparison(first.comparison)
  expect(kept.methods[0]?.hyperparameters?.[0]?.grid).toEqual([0, 1])
  expect(negated.document.methods[0]?.hyperparameters?.[0]?.grid).toEqual([0, 1, 2])
  expect(kept.runs[0]?.code).toEqual(before[0]?.code)

  // Nor does it answer as if it were what the first comparison measured. The built-in method answers.
  const images = [{ base64: await base64(picture(0, 1)) }]
  const predicting = (comparison: string) => negated.library.predict({ comparison, images, topK: 1 })
  const errorsOf = async (comparison: string) =>
    (await predicting(comparison))[0]?.predictions.map(({ error }) => error?.code ?? null)
  expect(await errorsOf(first.comparison)).toEqual(['CONTENTS_CHANGED', null])
  expect(await errorsOf(negated.comparison)).toEqual([null, null])
  await negated.library.close()

  const same = await compareWith(folder, await plugin(), first.dataset)
  expect(same.comparison).toBe(first.comparison)
  await same.library.close()

  const gone = await openTestLibrary(folder)
  const [answer] = await gone.predict({ comparison: first.comparison, images, topK: 1 })
  expect(answer?.predictions.map(({ method, error }) => [method, error?.code])).toEqual([
    ['texts', 'UNKNOWN_METHOD'],
    ['tip-adapter', undefined],
  ])
})

test('a comparison that is resumed with another version of its method does not mix the two', async () => {
  const folder = await temporaryFolder()
  const waiting = await plugin({ before: 'await new Promise((resolve) => setTimeout(resolve, 2000))' })
  const library = await openTestLibrary(folder, { SHOTBOARD_PLUGINS: waiting })
  const { id: dataset } = await makeDataset(library, 'of a changing plugin')
  const { id } = await library.comparisons.compareOnce(request(dataset))
  await library.close()

  const later = await openTestLibrary(folder, { SHOTBOARD_PLUGINS: await plugin() })
  await later.comparisons.ended(id)
  const { comparison, runs } = await later.documentComparison(id)
  expect(comparison.status).toBe('FAILED')
  expect(runs.map(({ status }) => status)).toEqual(['FAILED', 'SUCCEEDED'])
  expect(runs[0]?.error).toMatch(/The code of texts.* changed after the comparison was requested/)
})
