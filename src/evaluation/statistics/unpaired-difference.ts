import { type Interval, intervalOf, meanSquaresOf, type Outcomes } from './crossed-design.js'
import { varianceOf } from './moments.js'

/**
 * The 95 % interval of the mean of `a` minus the mean of `b`, which are the same support sets on different images. The support
 * sets are paired; the images are two samples:
 *
 *     variance = max(V_sets + Σ (V_images − V_rest), V_sets, Σ V_images)
 *
 * where V_sets is the variance of the difference of a support set over S, V_images and V_rest are the mean squares over n·S,
 * and the sum goes over `a` and `b`. Degrees of freedom are Satterthwaite's. Null if there are fewer than two images of either.
 */
export function unpairedDifference(a: Outcomes, b: Outcomes): Interval | null {
  if (a.images < 2 || b.images < 2) return null
  const parts = [a, b].map((outcomes) => {
    const { mean, setMeans, ofImages, ofRest } = meanSquaresOf(outcomes)
    const cells = outcomes.images * outcomes.sets
    return { mean, setMeans, images: outcomes.images, ofImages: ofImages / cells, ofRest: ofRest / cells }
  })
  const [first, second] = parts as [(typeof parts)[number], (typeof parts)[number]]
  const mean = first.mean - second.mean
  const ofImages = first.ofImages + second.ofImages
  const imageTerms = parts.map((part) => part.ofImages ** 2 / (part.images - 1))
  if (a.sets < 2) {
    const degreesOfFreedom = ofImages ** 2 / (imageTerms.reduce((sum, term) => sum + term, 0) || 1)
    return intervalOf({ mean, standardError: Math.sqrt(ofImages), degreesOfFreedom })
  }
  const differences = first.setMeans.map((value, s) => value - (second.setMeans[s] as number))
  const ofSets = varianceOf(differences) / a.sets
  const restTerms = parts.map((part) => part.ofRest ** 2 / ((part.images - 1) * (a.sets - 1)))
  const sum = ofSets + ofImages - first.ofRest - second.ofRest
  const variance = Math.max(sum, ofSets, ofImages)
  const terms = [...imageTerms, ...restTerms, ofSets ** 2 / (a.sets - 1)].reduce((all, term) => all + term, 0)
  const degreesOfFreedom =
    variance === ofSets && ofSets > sum ? a.sets - 1 : terms > 0 ? Math.max(1, variance ** 2 / terms) : 1
  return intervalOf({ mean, standardError: Math.sqrt(variance), degreesOfFreedom })
}
