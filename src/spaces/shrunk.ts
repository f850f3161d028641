import { defineSpace } from './contract.js'
import { fitWhitening, type Sample } from './fitting/whitening.js'

/**
 * Whitening that trusts the covariance as far as the support images allow, and tells distances by angles.
 *
 * **How far it is trusted.** A covariance seen with f degrees of freedom, under a prior worth p observations that all
 * directions are alike, has the posterior mean `(1−λ)·Σ_w + λ·(tr Σ_w / d)·I`, `λ = p/(p + f)`, f the images less the class
 * means taken of them. The Gaussian discriminant (arXiv 2402.04087) takes p = d. But how many observations a covariance
 * takes depends on how many directions it has that matter, `e = (tr Σ)²/tr Σ²`, and features of an encoder have far fewer
 * than d; so here p = 8·e. Where no class has two images, the total covariance stands in for the one within
 * classes. It also holds what sets classes apart, which should not be whitened away, so p is eight times as much again.
 *
 * **Distances by angles.** Cosines forget how far from the mean of all an image lies, which distances, and the Gaussian
 * discriminant with them, do not. Features lifted by half their mean square (`lift.ts`) keep some of both.
 *
 * The three constants were chosen by trying; docs/accuracy.md says on what, and how much they matter.
 */
export const shrunk = () =>
  defineSpace({
    id: 'shrunk',
    name: 'Shrunk whitening',
    summary: 'Whitened as far as the support images allow, with nearness counting beside direction.',
    formula: String.raw`\begin{gathered} u = \frac{(v,\,l)}{\lVert(v,\,l)\rVert},\quad l^2 = \tfrac{1}{2}\,\overline{\lVert v\rVert^2},\quad v = \Sigma^{-1/2}(f - \mu) \\ \Sigma = (1 - \lambda)\,\Sigma_w + \lambda\,\tfrac{\operatorname{tr}\Sigma_w}{d}\,I,\quad \lambda = \tfrac{8e}{8e + n - C} \end{gathered}`,
    base: 'clip',
    trained: false,
    fit: (support, kernels) => fitWhitening(support, { shrinkage, lift: 1 / 2 }, kernels),
  })

/** λ: the weight of the prior. */
function shrinkage({ within, freedom, effectiveDimensions }: Sample): number {
  const prior = (within ? 8 : 64) * effectiveDimensions
  return prior / (prior + freedom)
}
