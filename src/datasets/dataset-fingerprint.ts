import { createHash } from 'node:crypto'
import type { ClassRow, DatasetImageRow } from '../store/datasets.js'

/**
 * What a dataset holds, as a SHA-256 in hexadecimal: its classes in their order with their prompts, and which images stand
 * in which split and class. Neither names of datasets nor the order in which images came count, for no result depends on
 * them; two datasets of one fingerprint give the same results, on whatever machine they are.
 */
export function fingerprintDataset(classes: readonly ClassRow[], images: readonly DatasetImageRow[]): string {
  const content = {
    classes: classes.map(({ name, prompts }) => ({ name, prompts })),
    images: images.map(({ split, classIndex, imageId }) => `${split} ${classIndex} ${imageId}`).sort(),
  }
  return createHash('sha256').update(JSON.stringify(content)).digest('hex')
}
