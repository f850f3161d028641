import { defineSpace } from './contract.js'
import { fitWhitening, type Sample } from './fitting/whitening.js'

/**
 * Whitening that trusts the covariance as far as the number of support images allows, and keeps some of the distances.
 *
 * **Shrinkage.** A covariance estimated with f degrees of freedom, with a prior worth p observations that all directions
 * are alike, has the posterior mean `(1−λ)·Σ_w + λ·(tr Σ_w / d)·I`, `λ = p/(p + f)`; f is the number of images less the
 * number of class means. The Gaussian discriminant (arXiv 2402.04087) takes p = d. But how many observations a covariance
 * needs depends on how many directions matter, `e = (tr Σ)²/tr Σ²`, and an encoder's features have far fewer than d, so
 * here p = 8·e. If no class has two images, the total covariance replaces the within-class one. It also holds what
 * separates the classes, which should not be whitened away, so p is eight times larger.
 *
 * **Lift.** Cosines ignore how far an image lies from the mean; distances, and with them the Gaussian discriminant, do not.
 * Features lifted by half their mean square (`fitting/lift.ts`) keep some of both.
 *
 * The three constants were chosen by experiment; docs/accuracy.md says on which data, and how much they matter.
 */
export const shrunk = ({ informed = false }: ShrunkOptions = {}) =>
  defineSpace({
    id: 'shrunk',
    name: 'Shrunk whitening',
    summary: 'Whitened as far as the number of support images allows; distance counts as well as direction.',
    formula: String.raw`\begin{gathered} u = \frac{(v,\,l)}{\lVert(v,\,l)\rVert},\quad l^2 = \tfrac{1}{2}\,\overline{\lVert v\rVert^2},\quad v = \Sigma^{-1/2}(f - \mu) \\ \Sigma = (1 - \lambda)\,\Sigma_w + \lambda\,\tfrac{\operatorname{tr}\Sigma_w}{d}\,I,\quad \lambda = \tfrac{8e}{8e + n - C} \end{gathered}`,
    marker: 'star',
    dash: 'long-dash',
    base: 'clip',
    trained: false,
    fit: (support, kernels) =>
      fitWhitening(support, { shrinkage: informed ? shrinkageWithin : shrinkage, lift: 1 / 2 }, kernels),
  })

export interface ShrunkOptions {
  /** Whether its base already whitens as images of other classes scatter: then a total covariance adds nothing, λ = 1. */
  readonly informed?: boolean
}

/** λ: the weight of the prior. */
function shrinkage({ within, freedom, effectiveDimensions }: Sample): number {
  const prior = (within ? 8 : 64) * effectiveDimensions
  return prior / (prior + freedom)
}

/** λ where the prior already knows how images of one class scatter. */
export const shrinkageWithin = (sample: Sample): number => (sample.within ? shrinkage(sample) : 1)
