import { type LabelledImages, selectLabelled } from '../features/labelled-images.js'
import { promptsOfClasses } from '../features/prompts.js'
import type { Support } from '../features/support.js'
import { once } from '../system/once.js'
import { gatherRows } from '../tensor/matrix.js'

/** The positions of the classes that a classifier has, of all C classes of a dataset, where some are held out. */
export function keptClasses(classes: number, holdOut: readonly number[]): number[] {
  const isHeldOut = new Set(holdOut)
  return Array.from({ length: classes }, (_, c) => c).filter((c) => !isHeldOut.has(c))
}

/** A support set of the kept classes alone, which are numbered anew in their order. */
export function supportOfClasses(support: Support, kept: readonly number[]): Support {
  if (kept.length === support.classes) return support
  const { textClassifier, prompts } = support
  return {
    ...support,
    ...imagesOfClasses(support, kept),
    classes: kept.length,
    textClassifier: textClassifier && gatherRows(textClassifier, kept),
    ...(prompts && { prompts: once(async () => promptsOfClasses(await prompts(), kept)) }),
  }
}

/** Images of the kept classes alone, which are numbered anew in their order. */
export function imagesOfClasses(images: LabelledImages, kept: readonly number[]): LabelledImages {
  const numbers = new Map(kept.map((c, number) => [c, number]))
  const rows = Array.from(images.labels.keys()).filter((i) => numbers.has(images.labels[i] as number))
  const { features, labels } = selectLabelled(images, rows)
  return { features, labels: labels.map((label) => numbers.get(label) as number) }
}

/** Numbers the classes of predictions as the dataset does, after some were held out. */
export const numberAsDataset =
  (kept: readonly number[]) =>
  <T extends { readonly labels: Int32Array; readonly predicted: Int32Array }>(predictions: T): T => ({
    ...predictions,
    labels: predictions.labels.map((label) => kept[label] as number),
    predicted: predictions.predicted.map((label) => kept[label] as number),
  })
