import { expect, test } from 'vitest'
import { formatComparisonCsv } from '../../src/comparisons/comparison-csv.js'
import { makeDataset } from '../helpers/datasets.js'
import { classNames } from '../helpers/pictures.js'
import { sharedServer } from '../helpers/server.js'

const server = await sharedServer()
const { library } = server

test('every result says how many prompts a class had, also after they change', async () => {
  const dataset = await makeDataset(library, 'Prompts of results', { SUPPORT_POOL: 2, TEST: 2 })
  const [first = '', second = '', third = ''] = classNames
  const prompts = (name: string, count: number) => ({
    name,
    prompts: Array.from({ length: count }, (_, i) => `${name} ${i}`),
  })
  await library.datasets.setPrompts({
    dataset: dataset.id,
    classes: [prompts(first, 1), prompts(second, 2), prompts(third, 6)],
  })
  const { id } = await library.comparisons.compare({
    ...{ dataset: dataset.id, shots: [1], seeds: [1], methods: [{ method: 'tip-adapter' }] },
    ...{ selection: 'NONE', klScaling: 'FROZEN', augmentations: 1 },
  })
  await library.comparisons.ended(id)
  const others = await library.comparisons.compare({
    ...{ dataset: dataset.id, shots: [1], seeds: [1], methods: [{ method: 'tip-adapter' }] },
    ...{ selection: 'NONE', klScaling: 'FROZEN', augmentations: 1, holdOut: [third] },
  })
  await library.comparisons.ended(others.id)
  await library.datasets.setPrompts({ dataset: dataset.id, classes: [prompts(first, 9)] })

  const read = async (id: string) =>
    (
      await server.read<{ comparison: { rows: { prompts: object }[]; runs: { prompts: object }[] } }>(
        `query ($id: ID!) { comparison(id: $id) {
          rows { nodes { prompts { least mean most } } } runs { nodes { prompts { least mean most } } } } }`,
        { id },
      )
    ).comparison
  const three = { least: 1, mean: 3, most: 6 }
  expect(await read(id)).toEqual({ rows: [{ prompts: three }], runs: [{ prompts: three }] })
  const kept = { least: 1, mean: 1.5, most: 2 }
  expect(await read(others.id)).toEqual({ rows: [{ prompts: kept }], runs: [{ prompts: kept }] })

  const document = await library.documentComparison(id)
  expect(document.rows[0]).toMatchObject({ prompts: three })
  expect(document.runs[0]?.result).toMatchObject({ prompts: three })
  const [names = '', values = ''] = formatComparisonCsv(document).split('\r\n')
  const at = names.split(',').indexOf('least_prompts')
  expect(values.split(',').slice(at, at + 3)).toEqual(['1', '3', '6'])
  const [run] = await library.comparisons.runs(id)
  expect((await library.runResults.provenance(run?.id ?? ''))?.prompts).toEqual(three)
})
