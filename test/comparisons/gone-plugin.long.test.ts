import { expect, test } from 'vitest'
import { reportOn } from '../../src/report/report.js'
import { makeDataset } from '../helpers/datasets.js'
import { temporaryFolder } from '../helpers/folder.js'
import { openTestLibrary } from '../helpers/library.js'
import { outsiders } from '../helpers/plugins.js'

test('a comparison keeps its report, its contrasts and its document when the plugin that it used is gone', async () => {
  const folder = await temporaryFolder()
  const library = await openTestLibrary(folder, { SHOTBOARD_PLUGINS: await outsiders() })
  const { id: dataset } = await makeDataset(library, 'of a plugin that goes')
  const { id } = await library.comparisons.compare({
    ...{ dataset, shots: [2], seeds: [1, 2], klScaling: 'FROZEN', augmentations: 1, selection: 'NONE' },
    methods: [
      { method: 'zero-shot' },
      { method: 'tip-adapter', space: 'clip' },
      { method: 'tip-adapter', space: 'mirrored' },
      { method: 'bias' },
    ],
  })
  await library.comparisons.ended(id)
  const before = await library.documentComparison(id)
  await library.close()

  const later = await openTestLibrary(folder)
  const report = await reportOn(later, id)
  expect(report).toContain('mirrored')
  expect(report).toContain('bias')
  const comparison = (await later.comparisons.get(id)) ?? expect.fail()
  const runs = await later.comparisons.runs(id)
  const input = {
    ...{ method: 'bias', baseline: 'tip-adapter', baselineSpace: 'mirrored', shots: 2 },
  }
  expect(await later.contrasts.classDeltas(comparison, runs, input)).toHaveLength(3)
  expect(await later.comparisons.pairs(runs, 'bias')).toHaveLength(3)
  const after = await later.documentComparison(id)
  expect(after.methods).toEqual(before.methods)
  expect(after.runs).toEqual(before.runs)
})
