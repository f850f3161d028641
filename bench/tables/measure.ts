import { createCaches } from '../../src/cache/caches.js'
import { evaluate } from '../../src/evaluation/evaluate.js'
import { overlapValue } from '../../src/evaluation/overlap/overlap.js'
import type { FeatureFile } from '../../src/features/feature-file.js'
import { featuresOf } from '../../src/features/space-features.js'
import { supportIn } from '../../src/features/support.js'
import type { Method } from '../../src/methods/contract.js'
import { withoutTexts } from '../../src/methods/without-texts.js'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { fitSpace } from '../../src/spaces/fit-space.js'
import type { Kernels } from '../../src/tensor/kernels.js'

/** A number of the tables: an accuracy in percent, or an overlap from 0 to 1 if `method` is null. */
export interface Measured {
  readonly source: string
  readonly seed: number
  readonly shots: number
  readonly space: string | null
  readonly method: string | null
  readonly texts: boolean
  readonly value: number
}

export const registry = createRegistry([builtin()])

/** The contests of `shrunk` and `whitened`: method and space, then the rival's. */
export const contests = [
  ['prototype', 'shrunk', 'gda', 'clip'],
  ['prototype', 'whitened', 'gda', 'clip'],
  ['tip-adapter', 'shrunk', 'gda', 'clip'],
  ['tip-adapter', 'shrunk', 'tip-adapter', 'imo'],
  ['tip-adapter', 'shrunk', 'tip-adapter', 'clip'],
] as const

const isContested = (method: string, space: string): boolean =>
  contests.some(
    ([ours, ourSpace, theirs, theirSpace]) =>
      (method === ours && space === ourSpace) || (method === theirs && space === theirSpace),
  )

/** The methods that compare images. A `++` method is one of these in `imo`. */
const cached = registry.methods.filter(({ space, variantOf }) => space !== null && variantOf === undefined)
const withTexts = cached.map(({ id }) => id)

/** Of methods that are the same without texts, the first: Tip-X is Tip-Adapter then. */
const imagesAlone = cached
  .filter(
    (method, i) => cached.findIndex((each) => termsWithoutTexts(each) === termsWithoutTexts(method)) === i,
  )
  .map(({ id }) => id)

function termsWithoutTexts(method: Method): string {
  const { id, terms } = withoutTexts(method)
  return terms ? terms.map(({ name }) => name).join(' + ') : id
}

/** The number of seeds that everything is measured on. */
export const seedsOfAll = 3

/**
 * Measures every method with a cache in every space on a data set, with texts and with images alone, and the overlap
 * of the test images in every space. Hyperparameters are selected on validation. The Gaussian discriminant whitens by
 * itself, so it runs only in the encoder's own spaces. Beyond `seedsOfAll` seeds, only the contests are measured, on
 * more support sets.
 */
export async function* measure(
  source: string,
  seed: number,
  features: FeatureFile,
  shotCounts: readonly number[],
  kernels: Kernels,
): AsyncGenerator<Measured> {
  const { test, validation, textClassifier, classes } = features
  const spaces = registry.spaces.filter(({ base }) => features.spaces.includes(base))
  for (const shots of shotCounts) {
    const support = features.support(shots)
    const caches = createCaches(support, kernels)
    const accuracy = async (id: string, space: string | null, texts: boolean): Promise<Measured> => {
      const method = texts ? registry.method(id) : withoutTexts(registry.method(id))
      const { accuracy: value } = await evaluate({
        ...{ method, space: registry.space(space ?? 'clip'), support, caches, kernels, test },
        selection: 'VALIDATION',
        ...(validation && { validation }),
      })
      return { source, seed, shots, space, method: id, texts, value }
    }
    const measuresAll = seed <= seedsOfAll
    if (textClassifier && measuresAll) yield accuracy('zero-shot', null, true)
    for (const space of spaces) {
      const here = (id: string) =>
        measuresAll ? id !== 'gda' || space.fit === undefined : isContested(id, space.id)
      if (textClassifier) for (const id of withTexts.filter(here)) yield accuracy(id, space.id, true)
      for (const id of imagesAlone.filter(here)) yield accuracy(id, space.id, false)
      if (!measuresAll) continue
      const { project } = await fitSpace(space, await supportIn(support, space), kernels)
      const projected = await project(featuresOf(test.features, space.base))
      const value = await overlapValue({ features: projected, labels: test.labels, classes, kernels })
      yield { source, seed, shots, space: space.id, method: null, texts: false, value }
    }
  }
}
