import type { Cache } from '../../cache/contract.js'
import { classMeans, deviationsOf, minShrinkage } from '../../spaces/fitting/scatter.js'
import { type Matrix, matrix, rowOf, squareOf, subtractRow, transposed } from '../../tensor/matrix.js'
import type { Term } from '../contract.js'
import { type Discriminant, discriminantLogits, linearGraph } from './gaussian-discriminant.js'

/**
 * `U·Vᵀ + b`, [n, C], with `V_c = Σ⁻¹·(μ_c − m)` and `b_c = −½·(μ_c − m)ᵀ·Σ⁻¹·(μ_c + m)`: Fisher's linear discriminant with equal class
 * shares. `Σ = (1−ρ)·S + ρ·(tr S/d)·I` is the covariance of the n keys about their class means (about the overall mean m if no
 * class has two), with the ρ that Ledoit and Wolf (2004) estimate to come nearest to the true covariance:
 *
 *     ρ = min(1, (Σ_i |x_i·x_iᵀ − S|²/n²)/|S − (tr S/d)·I|²).
 *
 * If the keys do not scatter, Σ = I. A class without keys gets the overall mean.
 */
export const linearDiscriminant = (names: { readonly weight: string }): Term => ({
  name: 'lda',
  summary: 'On which side of the planes between the class means the image lies.',
  formula: String.raw`\left(UV^\top + b\right)`,
  weight: names.weight,
  shapes: [],
  usesTexts: false,
  usesKeys: true,
  logits: async (batch) => {
    const { cache } = batch
    return discriminantLogits(await batch.spaceQueries(), await discriminantIn(cache), cache.kernels)
  },
  graph: async (cache) => linearGraph(await discriminantIn(cache)),
})

const discriminantIn = (cache: Cache): Promise<Discriminant> =>
  cache.derive('linear discriminant', () => discriminantOf(cache))

async function discriminantOf({ spaceKeys, labels, classes, counts, kernels }: Cache): Promise<Discriminant> {
  const { mean, deviations } = deviationsOf({ features: spaceKeys, labels })
  const scatter = await kernels.scatter(deviations)
  const { rows: n } = deviations
  const { columns: d, data } = scatter
  const means = subtractRow(classMeans(spaceKeys, labels, classes), mean)
  for (let c = 0; c < classes; c++) if (counts[c] === 0) rowOf(means, c).fill(0)
  let weights = means
  const trace = squareOf(deviations.data)
  if (trace > 0) {
    const rho = ledoitWolf(scatter, deviations)
    // Σ·n/(1−ρ) = S·n + ridge·I; with ρ = 1, Σ is a multiple of I.
    const ridge = ((rho / (1 - rho)) * trace) / d
    const scale = rho < 1 ? n / (1 - rho) : (d * n) / trace
    const solved =
      rho < 1
        ? transposed(
            await kernels.solveRidge(
              matrix(d, d, data),
              Math.max(ridge, (minShrinkage * trace) / d),
              transposed(means),
            ),
          )
        : means
    weights = matrix(
      classes,
      d,
      solved.data.map((value) => scale * value),
    )
  }
  const biases = new Float64Array(classes)
  for (let c = 0; c < classes; c++) {
    const [v, centred] = [rowOf(weights, c), rowOf(means, c)]
    for (let k = 0; k < d; k++) {
      biases[c] =
        (biases[c] as number) - (v[k] as number) * ((centred[k] as number) / 2 + (mean[k] as number))
    }
  }
  return { weights, biases }
}

/** ρ: how much of the covariance is replaced by a multiple of I. From the n rows, and their scatter n·S. */
export function ledoitWolf(scatter: Matrix, { rows: n, columns: d, data }: Matrix): number {
  let [trace, squares] = [0, 0]
  for (let at = 0; at < scatter.data.length; at++) {
    const value = (scatter.data[at] as number) / n
    squares += value * value
    if (at % (d + 1) === 0) trace += value
  }
  let fourth = 0
  for (let i = 0; i < n; i++) fourth += squareOf(data.subarray(i * d, (i + 1) * d)) ** 2
  // Σ_i |x_i·x_iᵀ − S|² = Σ_i |x_i|⁴ − n·|S|².
  const noise = (fourth / n - squares) / n
  const apart = squares - (trace * trace) / d
  return apart <= 1e-12 * squares ? 1 : Math.min(1, Math.max(0, noise / apart))
}
