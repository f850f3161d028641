import type { EncodedData } from '../datasets/encoded-data.js'
import type { Encoders } from '../encoders/encoders.js'
import { errors } from '../errors.js'
import { type SuggestionStrategy, suggestImages } from '../evaluation/suggest-images.js'
import type { Registry } from '../plugins/registry.js'
import type { ClassRow, DatasetRow } from '../store/datasets.js'
import type { Store } from '../store/store.js'
import type { Kernels } from '../tensor/kernels.js'

export interface SuggestionsInput {
  readonly dataset: DatasetRow
  readonly encoder?: string | null
  readonly strategy: SuggestionStrategy
  /** The most suggestions, from 1 to 100. */
  readonly first: number
  /** Images that are not suggested, such as those that were skipped. */
  readonly except?: readonly string[] | null
}

/** An image without a label whose label would help. */
export interface SuggestedImage {
  readonly imageId: string
  /** The most probable classes, by what is labelled so far; the most probable first. */
  readonly top: readonly { readonly label: ClassRow; readonly probability: number }[]
  /** From 0, certain, to 1, a tie of two classes. */
  readonly uncertainty: number
  /** From the nearest image that is labelled or suggested before it; from 0 to 2. */
  readonly distance: number
}

export const maxSuggestions = 100
/** As many classes as there are digits. */
const topClasses = 9

/**
 * Which images without a label to label next, the most helpful first; see `suggestImages`. Support images are what is known:
 * validation and test images stay unseen. Prototypes in `shrunk` answer, with the texts of the classes. Encodes images that have
 * not been encoded. Throws UNKNOWN_ENCODER or INVALID_VALUE, with the argument at fault.
 */
export function createSuggestions(context: {
  readonly store: Store
  readonly encoders: Encoders
  readonly encodedData: EncodedData
  readonly registry: Registry
  readonly kernels: Kernels
}): (input: SuggestionsInput) => Promise<SuggestedImage[]> {
  const { store, encoders, encodedData, registry, kernels } = context

  return async ({ dataset: { id }, encoder: encoderId, strategy, first, except }) => {
    const encoder = encoders.get(encoderId, 'encoder')
    if (!(Number.isInteger(first) && first >= 1 && first <= maxSuggestions)) {
      const reason = `first must be from 1 to ${maxSuggestions}, not ${first}.`
      throw errors.invalidValue({ reason }, 'first')
    }
    const excepted = new Set(except ?? [])
    const all = await store.unlabelledImages.ids(id)
    const candidates = all.filter((image) => !excepted.has(image))
    if (candidates.length === 0) return []
    const [classes, known] = [await encodedData.classes(id), await store.datasets.images(id, 'SUPPORT_POOL')]
    const space = registry.space('shrunk')
    const support = await encodedData.labelled(known, encoder, [space.base])
    // Their class does not count: they have none.
    const unlabelled = candidates.map((imageId) => ({
      imageId,
      classIndex: 0,
      split: 'SUPPORT_POOL' as const,
    }))
    const { features } = await encodedData.labelled(unlabelled, encoder, [space.base])
    const suggested = await suggestImages({
      support: {
        ...support,
        classes: classes.length,
        textClassifier: await encodedData.textClassifier(encoder, classes),
        logitScale: encoder.logitScale,
      },
      candidates: features,
      ...{ strategy, first, space, kernels },
      method: registry.method('prototype'),
      zeroShot: registry.method('zero-shot'),
    })
    return suggested.map(({ row, probabilities, uncertainty, distance }) => ({
      imageId: candidates[row] as string,
      ...{ uncertainty, distance },
      top: [...probabilities.keys()]
        .sort((a, b) => (probabilities[b] as number) - (probabilities[a] as number) || a - b)
        .slice(0, topClasses)
        .map((c) => ({ label: classes[c] as ClassRow, probability: probabilities[c] as number })),
    }))
  }
}
