import { type Matrix, makeUnit, matrix, rowOf } from '../tensor/matrix.js'
import type { Encoder } from './encoder.js'

/** A class with its prompts. */
type Prompted = { readonly prompts: readonly string[] }

/** The unit features of all prompts of all classes, one class after the other, [P, d], and W. */
export async function encodeClasses(
  encoder: Pick<Encoder, 'encodeTexts'>,
  classes: readonly Prompted[],
): Promise<{ readonly prompts: Matrix; readonly textClassifier: Matrix }> {
  const prompts = await encoder.encodeTexts(classes.flatMap((each) => each.prompts))
  return { prompts, textClassifier: textClassifierOf(prompts, classes) }
}

/** The text classifier W, [C, d]: for each class, the mean of its prompts' unit features, scaled to unit length. */
function textClassifierOf(features: Matrix, classes: readonly Prompted[]): Matrix {
  const classifier = matrix(classes.length, features.columns)
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
