import type { Kernels } from '../tensor/kernels.js'
import type { Matrix } from '../tensor/matrix.js'
import { type LabelledImages, selectLabelled } from './labelled-images.js'
import type { Prompts } from './prompts.js'
import { featuresOf } from './space-features.js'

/** An encoded support set: its images with their classes, and the text classifier. */
export interface Support extends LabelledImages {
  /** C. */
  readonly classes: number
  /** W, [C, d]: per class the mean of its prompts' unit text features, made unit again. Null if there are no texts. */
  readonly textClassifier: Matrix | null
  readonly logitScale: number
  /** Finds how other labelled images of the same encoder scatter in `clip`, or null if none are known. Call it only if needed. */
  readonly generic?: () => Promise<Generic | null>
  /** Gives the text features of every prompt; absent if there are none. They may be large: call it only if needed. */
  readonly prompts?: () => Promise<Prompts>
}

/** A generic covariance (`spaces/contract.ts`), with what it was measured on. */
export interface Generic {
  readonly dimensions: number
  whitened(
    kernels: Kernels,
  ): Promise<Readonly<Record<'root' | 'within' | 'between', Matrix>> & { readonly classes: number }>
}

/** Some of the images of a support set, by their rows. */
export const selectSupport = (support: Support, rows: ArrayLike<number>): Support => ({
  ...support,
  ...selectLabelled(support, rows),
})

/** A support set as a space is fitted to it: with its features in the space's base. Throws SPACE_NOT_AVAILABLE. */
export async function supportIn(
  {
    features,
    labels,
    textClassifier,
    generic,
  }: Pick<Support, 'features' | 'labels' | 'textClassifier' | 'generic'>,
  { base, usesGeneric = false }: { readonly base: string; readonly usesGeneric?: boolean },
): Promise<{
  readonly features: Matrix
  readonly labels: Int32Array
  readonly textClassifier: Matrix | null
  readonly generic: Generic | null
}> {
  return {
    features: featuresOf(features, base),
    labels,
    textClassifier,
    generic: usesGeneric ? ((await generic?.()) ?? null) : null,
  }
}
