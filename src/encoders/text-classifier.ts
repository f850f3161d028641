import { type Matrix, makeUnit, matrix, rowOf } from '../tensor/matrix.js'
import type { Encoder } from './encoder.js'

/** The text classifier W, [C, d]: for each class, the mean of its prompts' unit features, scaled to unit length. */
export async function encodeClasses(
  encoder: Pick<Encoder, 'encodeTexts' | 'dimensions'>,
  classes: readonly { readonly prompts: readonly string[] }[],
): Promise<Matrix> {
  const features = await encoder.encodeTexts(classes.flatMap(({ prompts }) => prompts))
  const classifier = matrix(classes.length, encoder.dimensions)
  let position = 0
  for (const [c, { prompts }] of classes.entries()) {
    const row = rowOf(classifier, c)
    for (let p = 0; p < prompts.length; p++, position++) {
      const feature = rowOf(features, position)
      for (let k = 0; k < row.length; k++) row[k] = (row[k] as number) + (feature[k] as number)
    }
    makeUnit(row)
  }
  return classifier
}
