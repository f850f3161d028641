import type { Matrix } from '../tensor/matrix.js'
import { matchConfidence, meanConfidence } from './confidence-match.js'
import { fitTemperature, type LabelledLogits } from './temperature.js'

/**
 * The temperature of a method where no image can be left out, as with one image of each class. The texts alone can be judged,
 * since they were not made from the images: `texts` are their logits of the support images, with the classes. Their likelihood
 * says how sure texts may be. The method's `logits` of the same images, [m, C], get the temperature at which it is as sure as that
 * in the mean; the classes of these images have no keys there, so their labels cannot say more. 1 if logits say nothing.
 *
 * An encoder was trained so that its texts are most likely at a temperature of 1. That is the prior, because a few images that the texts
 * get wrong would otherwise make every method all but indifferent, also to the images that it has.
 */
export function temperatureByTexts(logits: Matrix, texts: LabelledLogits): number {
  const ofTexts = fitTemperature(texts, trained)
  return ofTexts === null ? 1 : temperatureOfConfidence(logits, meanConfidence(texts.logits, ofTexts))
}

/** The temperature at which logits, [m, C], have this mean confidence, whatever their scale; 1 if they say nothing. */
export function temperatureOfConfidence(logits: Matrix, confidence: number): number {
  const spread = spreadOf(logits)
  if (spread === 0) return 1
  return matchConfidence(logits, confidence, { low: 1e-3 * spread, high: maxSpreads * spread })
}

/** The deviation is the best on five of six data sets, each left out in turn (docs/benchmarks.md). */
const trained = { temperature: 1, deviation: 1 }

/** At this many spreads, classes are all but equally probable. */
const maxSpreads = 100

/** The greatest distance of two logits of an image, in the mean over images. */
function spreadOf({ rows, columns, data }: Matrix): number {
  let sum = 0
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * columns, (i + 1) * columns)
    sum +=
      row.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY) -
      row.reduce((least, logit) => Math.min(least, logit), Number.POSITIVE_INFINITY)
  }
  return rows === 0 ? 0 : sum / rows
}
