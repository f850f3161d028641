import { defineSpace } from './contract.js'
import { fitWhitening, type Sample } from './whitening.js'

/**
 * Whitening that trusts the covariance as far as the number of images allows: as `whitened`, with
 *
 *     λ = d/(d + n − 1),   n support images in d dimensions.
 *
 * Derivation: n − 1 observations with covariance Σ give a scatter `S ~ Wishart(Σ, n − 1)`. Under a prior worth d
 * observations that all directions are alike, at the mean eigenvalue of the estimate itself, `tr S/((n − 1)·d)`, the mean
 * of the posterior's precision is proportional to `(S + tr S/(n − 1)·I)⁻¹`, the empirical-Bayes ridge of Kubokawa and
 * Srivastava that gda takes too (arXiv 2402.04087). Divided by its trace that is `(1−λ)·Σ_w + λ·(tr Σ_w / d)·I` with the λ
 * above: next to `centred` for a few images of a few classes, next to full whitening for many.
 *
 * Where no class has two images, the total covariance stands in for the one within classes. It also holds what sets
 * classes apart, which should not be whitened away, so its prior is worth four times as much, `λ = 4d/(4d + n − 1)`: the
 * one constant here that was chosen by trying (`npm run tables`).
 */
export const shrunk = () =>
  defineSpace({
    id: 'shrunk',
    name: 'Shrunk whitening',
    summary: 'Whitened as far as the number of support images allows: little with few, fully with many.',
    formula: String.raw`u = \frac{v}{\lVert v\rVert},\quad v = \Sigma^{-1/2}(f - \mu),\quad \Sigma \propto \Sigma_w + \tfrac{\operatorname{tr}\Sigma_w}{n - 1}\,I`,
    base: 'clip',
    trained: false,
    fit: (support, kernels) => fitWhitening(support, shrinkage, kernels),
  })

/** λ: the weight of the prior. */
function shrinkage({ images, dimensions, within }: Sample): number {
  const prior = within ? dimensions : 4 * dimensions
  return prior / (prior + Math.max(images - 1, 0))
}
