import { z } from 'zod'
import type { EncodedData } from '../datasets/encoded-data.js'
import type { Encoder } from '../encoders/encoder.js'
import type { Job } from '../jobs/job.js'
import type { Registry } from '../plugins/registry.js'
import type { ComparisonRow } from '../store/comparisons.js'
import type { Split } from '../store/enums.js'
import type { RunRow } from '../store/runs.js'
import type { Store } from '../store/store.js'
import { basesOf } from './comparison-features.js'

/**
 * Images of a dataset to encode: those of a split, in the order in which they were added, from `index` × `size`. It says nothing
 * of the comparison that needs them, so that several share the work.
 */
export interface EncodePart {
  readonly dataset: string
  readonly encoder: string
  readonly spaces: readonly string[]
  readonly split: Split
  readonly index: number
  readonly size: number
  /** The kind of processor that makes the features; undefined for any. */
  readonly processor?: string | undefined
}

/** A part of many images, and of fewer: several workers end at nearly the same time only if each has several parts. */
const [imagesPerPart, imagesPerSmallPart] = [1024, 256]
const partsOfMany = 16

const sizeFor = (images: number): number =>
  images > partsOfMany * imagesPerPart ? imagesPerPart : imagesPerSmallPart

export const encodeJobOf = ({ dataset, processor, ...part }: EncodePart): Job => ({
  kind: 'encode',
  id: dataset,
  part: [
    part.encoder,
    part.spaces.join(','),
    part.split,
    part.index,
    part.size,
    ...(processor === undefined ? [] : [processor]),
  ]
    .map(encodeURIComponent)
    .join('~'),
  ...(processor !== undefined && { processor }),
})

const partSchema = z.tuple(
  [
    z.string(),
    z.string().transform((spaces) => (spaces === '' ? [] : spaces.split(','))),
    z.enum(['SUPPORT_POOL', 'VALIDATION', 'TEST']),
    z.coerce.number().int(),
    z.coerce.number().int().positive(),
  ],
  z.string(),
)

/** Throws if the job is not one of `encodeJobOf`. */
export function encodePartOf({ id: dataset, part = '' }: Job): EncodePart {
  const words = part.split('~').map(decodeURIComponent)
  const [encoder, spaces, split, index, size, processor] = partSchema.parse(words)
  return { dataset, encoder, spaces, split, index, size, processor }
}

/** The images of a part, and those that were added since up to its end. */
export async function imagesOfPart(store: Store, { dataset, split, index, size }: EncodePart) {
  const images = await store.datasets.images(dataset, split)
  return images.slice(index * size, (index + 1) * size)
}

/** The parts of a comparison's images, but for support sets, which are small, and how many images lack features. */
export async function encodePartsOf(
  context: { readonly store: Store; readonly registry: Registry; readonly encodedData: EncodedData },
  comparison: ComparisonRow,
  encoder: Encoder,
  runs: readonly RunRow[],
): Promise<readonly { readonly part: EncodePart; readonly images: number; readonly missing: number }[]> {
  const { store, encodedData } = context
  const spaces = basesOf(runs, context.registry).toSorted()
  const unknown = runs.find(({ unknownDatasetId }) => unknownDatasetId !== null)?.unknownDatasetId
  const lists: [dataset: string | null | undefined, split: Split][] = [
    [comparison.datasetId, 'TEST'],
    [comparison.testDatasetId, 'TEST'],
    [unknown, 'TEST'],
    [runs.some(({ selection }) => selection === 'VALIDATION') ? comparison.datasetId : null, 'VALIDATION'],
  ]
  const parts = []
  for (const [dataset, split] of lists) {
    if (dataset == null) continue
    const images = await store.datasets.images(dataset, split, comparison.lastImage)
    const size = sizeFor(images.length)
    for (let index = 0; index * size < images.length; index++) {
      const own = images.slice(index * size, (index + 1) * size)
      const { processor } = comparison
      const part: EncodePart = {
        ...{ dataset, encoder: encoder.id, spaces, split, index, size },
        processor: processor ?? undefined,
      }
      const missing = await encodedData.missing(own, encoder, spaces, 1, processor)
      parts.push({ part, images: own.length, missing })
    }
  }
  return parts
}
