import { Int } from 'type-graphql'
import type { AddImagesResult } from '../../library/index.js'
import type { Context } from '../context.js'
import { DatasetType, RejectedImageType } from './dataset.type.js'
import { changeOfDataset } from './mended-dataset.js'

/** What became of images: added, duplicates and rejected add up to all that were given. */
export const addedImages = {
  dataset: { type: () => DatasetType, description: 'The dataset with the new images.' },
  change: {
    ...changeOfDataset,
    of: ({ dataset }: AddImagesResult, context: Context) => changeOfDataset.of(dataset, context),
  },
  added: { type: () => Int, description: 'The number of images that the dataset did not have.' },
  duplicates: {
    type: () => Int,
    description: 'The number of images that the dataset already has, or that were given twice.',
  },
  rejected: {
    type: () => [RejectedImageType] as const,
    description: 'Images that could not be read, at most as many as were given. The other images are added.',
  },
}
