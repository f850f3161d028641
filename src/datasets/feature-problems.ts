import type { Encoder } from '../encoders/encoder.js'
import type { Encoders } from '../encoders/encoders.js'
import { errors } from '../errors.js'
import { suspectLabels } from '../evaluation/suspect-labels.js'
import { featuresOf } from '../features/space-features.js'
import type { ClassRow, DatasetImageRow } from '../store/datasets.js'
import type { Split } from '../store/enums.js'
import type { Store } from '../store/store.js'
import type { Kernels } from '../tensor/kernels.js'
import { gatherRows, type Matrix, rowOf, sliceRows } from '../tensor/matrix.js'
import type { EncodedData } from './encoded-data.js'

export interface FeatureProblemsInput {
  readonly dataset: string
  readonly encoder?: string | null
  /** The split whose labels are looked at. */
  readonly split: Split
  /** The most entries of each list, from 1 to 1000. */
  readonly first: number
  /** The cosine similarity from which on two images of different splits are told, from 0 to 1. */
  readonly similarity: number
}

/** What the features of an encoder say about a dataset. */
export interface FeatureProblems {
  readonly encoder: string
  /** The most suspect labels of the split first. */
  readonly suspects: readonly {
    readonly imageId: string
    readonly label: ClassRow
    readonly suggested: ClassRow
    /** The probability of the label, by the other images and the texts. */
    readonly probability: number
  }[]
  /** Images of different splits that look the same, the most similar first: what is tested was seen before. */
  readonly nearDuplicates: readonly {
    readonly imageId: string
    readonly split: Split
    readonly otherId: string
    readonly otherSplit: Split
    readonly similarity: number
  }[]
  /** Prompts that the encoder cuts, so that their end does not count. */
  readonly cutPrompts: readonly { readonly label: ClassRow; readonly prompt: string }[]
}

const maxFirst = 1000
/** Similarities are computed for so many images at a time. */
const rowsPerBlock = 512
/** Shorter prompts are never cut: contexts have 64 tokens and more, and no token is shorter than a character. */
const shortestCut = 40

/**
 * Looks for mistakes in the labels of a split, for images of different splits that look the same, and for prompts that are cut.
 * Encodes images that have not been encoded. Throws UNKNOWN_DATASET, UNKNOWN_ENCODER or INVALID_VALUE with the argument at fault.
 */
export function createFeatureProblems(context: {
  readonly store: Store
  readonly encoders: Encoders
  readonly encodedData: EncodedData
  readonly kernels: Kernels
}): (input: FeatureProblemsInput) => Promise<FeatureProblems> {
  const { store, encoders, encodedData, kernels } = context

  return async ({ dataset: id, encoder: encoderId, split, first, similarity }) => {
    const dataset = await store.datasets.get(id)
    if (!dataset) throw errors.unknownDataset({ id }, 'dataset')
    const encoder = encoders.get(encoderId, 'encoder')
    if (!(Number.isInteger(first) && first >= 1 && first <= maxFirst)) {
      throw errors.invalidValue({ reason: `first must be from 1 to ${maxFirst}, not ${first}.` }, 'first')
    }
    if (!(similarity >= 0 && similarity <= 1)) {
      throw errors.invalidValue(
        { reason: `similarity must be from 0 to 1, not ${similarity}.` },
        'similarity',
      )
    }
    const classes = await encodedData.classes(id)
    const images = await store.datasets.images(id)
    const encoded = await encodedData.labelled(images, encoder, ['clip'])
    const clip = featuresOf(encoded.features, 'clip')
    return {
      encoder: encoder.id,
      suspects: await suspectsOf(images, clip, split, classes, encoder, first),
      nearDuplicates: await nearDuplicates(images, clip, similarity, first, kernels),
      cutPrompts: (await cutPrompts(classes, encoder)).slice(0, first),
    }
  }

  async function suspectsOf(
    images: readonly DatasetImageRow[],
    clip: Matrix,
    split: Split,
    classes: readonly ClassRow[],
    encoder: Encoder,
    first: number,
  ): Promise<FeatureProblems['suspects']> {
    const rows = [...images.keys()].filter((i) => images[i]?.split === split)
    const found = await suspectLabels(
      {
        features: gatherRows(clip, rows),
        labels: Int32Array.from(rows, (i) => images[i]?.classIndex ?? 0),
        classes: classes.length,
        textClassifier: await encodedData.textClassifier(encoder, classes),
      },
      kernels,
    )
    return found.slice(0, first).flatMap(({ image, suggested: other, probability }) => {
      const row = images[rows[image] ?? -1]
      const label = row && classes[row.classIndex]
      const suggested = classes[other]
      return row && label && suggested ? [{ imageId: row.imageId, label, suggested, probability }] : []
    })
  }
}

const splitOrder: readonly Split[] = ['SUPPORT_POOL', 'VALIDATION', 'TEST']

/** Pairs of images of different splits with at least that similarity. */
export async function nearDuplicates(
  images: readonly DatasetImageRow[],
  features: Matrix,
  similarity: number,
  first: number,
  kernels: Pick<Kernels, 'dot'>,
): Promise<FeatureProblems['nearDuplicates']> {
  const found: FeatureProblems['nearDuplicates'][number][] = []
  const sorted = [...images.keys()].sort(
    (a, b) => splitOrder.indexOf(splitAt(images, a)) - splitOrder.indexOf(splitAt(images, b)) || a - b,
  )
  const rows = gatherRows(features, sorted)
  for (let from = 0; from < sorted.length; from += rowsPerBlock) {
    const to = Math.min(from + rowsPerBlock, sorted.length)
    // Later splits are compared with earlier ones.
    const others = sorted.findIndex((i) => splitAt(images, i) === splitAt(images, sorted[to - 1] ?? 0))
    if (others <= 0) continue
    const dots = await kernels.dot(sliceRows(rows, from, to), sliceRows(rows, 0, others))
    for (let i = from; i < to; i++) {
      const image = images[sorted[i] ?? -1]
      for (let j = 0; j < others; j++) {
        const value = dots.data[(i - from) * others + j] ?? 0
        const other = images[sorted[j] ?? -1]
        if (value < similarity || !image || !other || image.split === other.split || j > i) continue
        found.push({
          ...{ imageId: image.imageId, split: image.split, otherId: other.imageId, otherSplit: other.split },
          similarity: Math.min(1, value),
        })
      }
    }
    found.sort((a, b) => b.similarity - a.similarity)
    found.splice(first)
  }
  return found
}

const splitAt = (images: readonly DatasetImageRow[], i: number): Split => images[i]?.split ?? 'SUPPORT_POOL'

/** Prompts that an encoder cuts: they have the features that they have with more words at their end. */
export async function cutPrompts<Class extends Pick<ClassRow, 'prompts'>>(
  classes: readonly Class[],
  encoder: Encoder,
): Promise<{ readonly label: Class; readonly prompt: string }[]> {
  const long = classes.flatMap((label) =>
    label.prompts.filter((prompt) => prompt.length >= shortestCut).map((prompt) => ({ label, prompt })),
  )
  if (long.length === 0) return []
  const features = await encoder.encodeTexts(long.flatMap(({ prompt }) => [prompt, `${prompt} and more`]))
  return long.filter((_, i) => {
    const [alone, longer] = [rowOf(features, 2 * i), rowOf(features, 2 * i + 1)]
    return alone.every((value, k) => Math.abs(value - (longer[k] ?? 0)) < 1e-6)
  })
}
