import { readdir } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { makeDataset } from '../../helpers/datasets.js'
import { temporaryFolder } from '../../helpers/folder.js'
import { openTestLibrary } from '../../helpers/library.js'
import { moduleFile } from '../../helpers/plugins.js'

const withGraphs = `
import { defineMethod, operator } from 'shotboard'
const method = (id, nodes) => defineMethod({
  id,
  name: id,
  summary: 'Scores with texts.',
  space: null,
  hyperparameters: {},
  terms: [{
    name: 'texts',
    summary: 'Similarities with texts.',
    weight: null,
    shapes: [],
    usesTexts: true,
    usesKeys: false,
    logits: (batch) => batch.textSimilarities(),
    graph: async () => ({ nodes }),
  }],
})
export default () => ({ name: 'graphs', methods: [
  method('true-graph', [operator('Identity', ['textSimilarities'], 'result')]),
  method('wrong-graph', [operator('Add', ['textSimilarities', 'textSimilarities'], 'result')]),
] })
`

test('a plugin whose graph computes something else cannot be exported, and is named', async () => {
  const folder = await temporaryFolder()
  const library = await openTestLibrary(folder, { SHOTBOARD_PLUGINS: await moduleFile(withGraphs) })
  const { id: dataset } = await makeDataset(library, 'Of graphs')
  const { id: supportSet } = await library.supportSets.create({
    dataset,
    shots: 2,
    seed: 1,
    augmentations: 1,
  })
  for (const method of ['true-graph', 'wrong-graph']) {
    await library.classifiers.create({ name: method, supportSet, method, selection: 'NONE' })
  }
  const exported = await library.classifiers.exported('true-graph', { headOnly: true })
  expect([...exported.files.keys()]).toContain('model.onnx')
  const before = await readdir(folder)
  await expect(library.classifiers.exported('wrong-graph', { headOnly: true })).rejects.toMatchObject({
    code: 'EXPORT_NOT_POSSIBLE',
    message: expect.stringMatching(
      /method wrong-graph, in its term texts,.*its graph computes .* where it gives/,
    ),
  })
  expect(await readdir(folder)).toEqual(before)
})
