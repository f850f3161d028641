import { linspace, shape, weight } from './contract.js'

// Hyperparameters that several methods share, with the grids of the reference code of Tip-Adapter and SuS-X.

/** α: how much the cache counts beside the texts. */
export const cacheWeight = () =>
  weight({
    default: 1,
    grid: linspace(0, 20, 200),
    summary: 'How much the cache counts beside the texts.',
  })

/** β: how sharply a key loses influence with distance. */
export const cacheSharpness = () =>
  shape({
    default: 5.5,
    grid: linspace(0, 20, 20),
    summary: 'How sharply a support image loses influence with distance.',
  })
