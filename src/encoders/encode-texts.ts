import { type Matrix, stackRows, unitRows } from '../tensor/matrix.js'
import { maxBatch } from './batch-size.js'
import type { OpenedModel } from './open-model.js'

/** Unit features of texts: [N, d]. Texts that are too long for the model are cut. */
export async function encodeTexts(
  { tokenize, text }: Pick<OpenedModel, 'tokenize' | 'text'>,
  texts: readonly string[],
  dimensions: number,
): Promise<Matrix> {
  const parts: Matrix[] = []
  for (let from = 0; from < texts.length; from += maxBatch) {
    const batch = texts.slice(from, from + maxBatch)
    parts.push(unitRows(await text.encode(tokenize(batch, text.length))))
  }
  return stackRows(parts, dimensions)
}
