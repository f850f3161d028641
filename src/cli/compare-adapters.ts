import Table from 'cli-table3'
import type { Library } from '../library/index.js'
import { datasetNamed } from './dataset-named.js'
import { printWhenEnded, selectionFor } from './run-comparison.js'

export interface CompareAdaptersOptions {
  readonly dataset: string
  readonly encoder?: string
  readonly shots: readonly number[]
  readonly seeds: readonly number[]
}

/**
 * Prints overlap, and the accuracy of every method with a cache that can be used in all spaces: with each adapter, without
 * one, and in the training-free spaces.
 */
export async function compareAdapters(
  library: Library,
  names: readonly string[],
  { dataset: datasetName, encoder: encoderId, shots, seeds }: CompareAdaptersOptions,
): Promise<void> {
  const { adapters, encoders, registry } = library
  const dataset = await datasetNamed(library, datasetName)
  const encoder = encoders.get(encoderId)
  const chosen =
    names.length > 0
      ? await Promise.all(names.map((name) => adapters.find(encoder.id, name)))
      : await adapters.list(encoder.id)
  const own = registry.spaces.filter(
    ({ base }) => base === 'clip' || (base === 'imo' && encoder.spaces.includes(base)),
  )
  const spaces = [
    ...own.filter(({ id }) => !id.includes('+')).map(({ id }) => id),
    ...chosen.map(({ name }) => `imo:${name}`),
  ]

  const report = await library.overlap({
    ...{ dataset: dataset.id, encoder: encoder.id, split: 'TEST', spaces, bins: 200 },
  })
  const table = new Table({
    head: ['space', 'overlap', '95 %', 'AUC', 'within / between'],
    style: { head: [], border: [] },
  })
  for (const { space, overlap: measured, auc, variance } of report.spaces) {
    table.push([
      space,
      measured.value.toFixed(4),
      `${measured.low.toFixed(4)} to ${measured.high.toFixed(4)}`,
      auc.toFixed(4),
      variance.ratio.toFixed(3),
    ])
  }
  console.log(table.toString())

  const cached = registry.methods.filter(
    ({ space, spaces, needs = [], variantOf }) =>
      space !== null && spaces === undefined && needs.length === 0 && variantOf === undefined,
  )
  const comparison = await library.comparisons.compareOnce({
    ...{ dataset: dataset.id, encoder: encoder.id, shots, seeds },
    methods: cached.flatMap(({ id }) => spaces.map((space) => ({ method: id, space }))),
    selection: await selectionFor(library, dataset.id),
    klScaling: 'FROZEN',
    augmentations: 1,
  })
  await printWhenEnded(library, comparison)
}
