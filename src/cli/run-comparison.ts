import type { ComparisonRow, Drawing, Library, MethodChoice, Selection } from '../library/index.js'
import { localComparisons } from './local-comparisons.js'
import { printResults, watchComparison } from './print-comparison.js'

/**
 * The methods of the demo: every registered method in its default space; Tip-Adapter and Prototype in every space that is
 * fitted on the support set alone; and Prototype in the two best spaces that know how other images scatter, if there are any.
 */
export async function everyMethod(
  { registry, encoders, generics }: Library,
  dataset: string,
): Promise<MethodChoice[]> {
  const spaces = encoders.default.spaces
  const available = registry.spaces.filter(({ base }) => spaces.includes(base))
  const own = registry.methods.filter(
    ({ space }) => space === null || available.some(({ id }) => id === space),
  )
  const fitted = available.filter(({ fit, usesGeneric }) => fit !== undefined && !usesGeneric)
  const generic = (await generics.of(encoders.default, dataset)) === null ? [] : ['generic+shrunk', 'plda']
  const others = ['tip-adapter', 'prototype'].flatMap((method) =>
    fitted
      .filter(({ id }) => own.every((each) => each.id !== method || each.space !== id))
      .map(({ id: space }) => ({ method, space })),
  )
  const informed = generic.map((space) => ({ method: 'prototype', space }))
  return [...own.map(({ id }) => ({ method: id })), ...others, ...informed]
}

/** The numbers of shots of a demo, and how its support sets are drawn. */
export interface DemoShots {
  readonly shots: readonly number[]
  readonly drawing: Drawing
  /** The class with the fewest images, where not every class has enough; otherwise undefined. */
  readonly smallest?: { readonly name: string; readonly images: number }
}

/**
 * Those of 1, 4 and 16 that every class has enough images for; at most 1, 4 and 16 if a class with more images than that
 * would otherwise go without. A number that takes every image of every class is left out, because all its support sets
 * would be the same.
 */
export async function shotsFor({ datasets }: Library, dataset: string): Promise<DemoShots> {
  const classes = await datasets.classes(dataset)
  const counts = classes.map(() => 0)
  for (const { classIndex, split, images } of (await datasets.classCounts([dataset])).get(dataset) ?? []) {
    if (split === 'SUPPORT_POOL') counts[classIndex] = images
  }
  const [least, most] = [Math.min(...counts), Math.max(...counts)]
  const exact = [1, 4, 16].filter((k) => k <= least)
  const atMost = [1, 4, 16].filter((k) => k < most)
  // A class without any image is an error, which the comparison names.
  if (least === 0 || atMost.every((k) => exact.includes(k))) {
    return { shots: exact.length > 0 ? exact : [1], drawing: 'EXACT' }
  }
  const name = classes[counts.indexOf(least)]?.name ?? ''
  return { shots: atMost, drawing: 'AT_MOST', smallest: { name, images: least } }
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
  const { shots, drawing, smallest } = await shotsFor(library, dataset)
  if (smallest) {
    console.log(
      `Class "${smallest.name}" has ${smallest.images} image${smallest.images === 1 ? '' : 's'} to draw from, so a class gives at most ${listOf(shots)} images; a smaller one gives all it has.`,
    )
  }
  const comparison = await library.comparisons.compareOnce({
    dataset,
    shots,
    drawing,
    seeds: [1, 2, 3],
    methods: await everyMethod(library, dataset),
    selection,
    klScaling: 'FROZEN',
    augmentations: 1,
  })
  return printWhenEnded(library, comparison)
}

const listOf = (numbers: readonly number[]): string =>
  new Intl.ListFormat('en', { type: 'disjunction' }).format(numbers.map(String))

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
