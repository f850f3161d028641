import { defineSpace } from './contract.js'
import { fitWhitening } from './fitting/whitening.js'

/**
 * Features with the support mean subtracted and multiplied by `Σ^(−1/2)`, made unit, where
 * `Σ = (1−λ)·Σ_w + λ·(tr Σ_w / d)·I` and `Σ_w` is the within-class covariance of the support features: directions in
 * which images of one class differ count for less. If no class has two images, `Σ_w` is the total covariance.
 */
export const whitened = ({ lambda: standard = 0.5 } = {}) =>
  defineSpace({
    id: 'whitened',
    name: 'Whitened',
    summary:
      'Centred, and scaled so that directions in which support images of one class differ count for less.',
    formula: String.raw`u = \frac{v}{\lVert v\rVert},\quad v = \Sigma^{-1/2}(f - \mu),\quad \Sigma = (1 - \lambda)\,\Sigma_w + \lambda\,\tfrac{\operatorname{tr}\Sigma_w}{d}\,I`,
    marker: 'diamond',
    dash: 'dash-dot',
    base: 'clip',
    trained: false,
    hyperparameters: {
      lambda: {
        kind: 'shape',
        default: standard,
        grid: [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1],
        summary: 'How much of the covariance is replaced by one that is the same in all directions.',
      },
    },
    fit: (support, kernels, { lambda = standard } = {}) =>
      fitWhitening(support, { shrinkage: () => lambda, lift: 0 }, kernels),
  })
