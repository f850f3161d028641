import type { ComparisonRow, Library, MethodChoice, Selection } from '../library/index.js'
import { localComparisons } from './local-comparisons.js'
import { printResults, watchComparison } from './print-comparison.js'

/**
 * The methods of the demo: every registered method in its default space, and Tip-Adapter and Prototype in every
 * fitted space.
 */
export function everyMethod({ registry, encoders }: Library): MethodChoice[] {
  const spaces = encoders.default.spaces
  const available = registry.spaces.filter(({ base }) => spaces.includes(base))
  const own = registry.methods.filter(
    ({ space }) => space === null || available.some(({ id }) => id === space),
  )
  const fitted = available.filter(({ fit }) => fit !== undefined)
  const others = ['tip-adapter', 'prototype'].flatMap((method) =>
    fitted
      .filter(({ id }) => own.every((each) => each.id !== method || each.space !== id))
      .map(({ id: space }) => ({ method, space })),
  )
  return [...own.map(({ id }) => ({ method: id })), ...others]
}

/** The shot counts of 1, 4 and 16 that every class of the dataset has enough images for. */
export async function shotsFor({ datasets }: Library, dataset: string): Promise<number[]> {
  const classes = await datasets.classes(dataset)
  const pool = await datasets.images(dataset, 'SUPPORT_POOL')
  const smallestPool = Math.min(
    ...classes.map(({ index }) => pool.filter(({ classIndex }) => classIndex === index).length),
  )
  const shots = [1, 4, 16].filter((k) => k <= smallestPool)
  return shots.length > 0 ? shots : [1]
}

/** The words of the command line for the ways to select hyperparameters. */
export const selections = {
  'leave-one-out': 'LEAVE_ONE_OUT',
  validation: 'VALIDATION',
  none: 'NONE',
} as const

/**
 * Compares every method on a dataset, or finds the same earlier comparison. Shows progress, prints the table, and
 * returns the comparison. Selects on the support images alone unless told otherwise: who has a few images has no others.
 */
export async function compareAndPrint(
  library: Library,
  dataset: string,
  selection: Selection = 'LEAVE_ONE_OUT',
): Promise<ComparisonRow> {
  const comparison = await library.comparisons.compareOnce({
    dataset,
    shots: await shotsFor(library, dataset),
    seeds: [1, 2, 3],
    methods: everyMethod(library),
    selection,
    klScaling: 'FROZEN',
    augmentations: 1,
  })
  return printWhenEnded(library, comparison)
}

/** VALIDATION if the dataset has validation images, otherwise LEAVE_ONE_OUT. */
export async function selectionFor({ datasets }: Library, dataset: string): Promise<Selection> {
  const counts = await datasets.counts(dataset)
  const hasValidation = counts.some(({ split, images }) => split === 'VALIDATION' && images > 0)
  return hasValidation ? 'VALIDATION' : 'LEAVE_ONE_OUT'
}

/** Shows the progress of a comparison, prints its table, and returns its final state. */
export async function printWhenEnded(
  library: Library,
  { id, status }: ComparisonRow,
): Promise<ComparisonRow> {
  const host = localComparisons(library)
  if (status !== 'SUCCEEDED') await watchComparison(host, id)
  const ended = await library.comparisons.ended(id)
  printResults(await host.results(id))
  return ended
}
