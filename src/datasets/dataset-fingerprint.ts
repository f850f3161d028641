import { createHash } from 'node:crypto'
import type { ClassRow, DatasetImageRow } from '../store/datasets.js'

/**
 * The SHA-256, in hexadecimal, of a dataset's content: its classes in order with their prompts, and the split and class of
 * each image. The dataset's name and the order of its images do not count, because no result depends on them. Datasets
 * with the same fingerprint give the same results on any machine.
 */
export function fingerprintDataset(classes: readonly ClassRow[], images: readonly DatasetImageRow[]): string {
  const content = {
    classes: classes.map(({ name, prompts }) => ({ name, prompts })),
    images: images.map(({ split, classIndex, imageId }) => `${split} ${classIndex} ${imageId}`).sort(),
  }
  return createHash('sha256').update(JSON.stringify(content)).digest('hex')
}
