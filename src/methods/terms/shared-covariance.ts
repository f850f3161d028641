import type { Batch } from '../../cache/contract.js'
import { traceOf } from '../../spaces/fitting/generic-covariance.js'
import { fitLifted, type Sample, whitenerOfScatter } from '../../spaces/fitting/whitening.js'
import { shrinkageWithin } from '../../spaces/shrunk.js'
import { type Matrix, mapMatrix, matrix, meanRow, rowOf, transposed } from '../../tensor/matrix.js'
import { classSumsOf, presentClasses } from './assignment.js'

/** Unit features of the keys and of the queries in one space. */
export interface SharedFeatures {
  readonly keys: Matrix
  readonly queries: Matrix
}

/**
 * The features of a batch whitened once more, as keys and queries scatter about the means of the classes that queries are
 * assigned to, R: as the space `shrunk`, where a query counts w of a key,
 *
 *     S = Σ_j g_j·g_jᵀ + w·Σ_i u_i·u_iᵀ − Σ_c n_c·μ_c·μ_cᵀ,   n_c = |keys of c| + w·Σ_i R_ic,   μ_c = (Σ_{j of c} g_j + w·Σ_i R_ic·u_i)/n_c.
 *
 * A few keys say little about how images of a class scatter; many queries say more, even if some are assigned wrongly. Features that
 * do not scatter stay as they are.
 */
export async function whitenedTogether(batch: Batch, assigned: Matrix, w: number): Promise<SharedFeatures> {
  const { spaceKeys: keys, labels, classes, counts, kernels } = batch.cache
  const queries = await batch.spaceQueries()
  const drawn = await kernels.multiply(transposed(assigned), queries)
  const sums = classSumsOf(keys, labels, classes)
  const masses = Float64Array.from(counts)
  for (let at = 0; at < assigned.data.length; at++) {
    const c = at % classes
    masses[c] = (masses[c] as number) + w * (assigned.data[at] as number)
  }
  // √n_c·μ_c, whose scatter is the sum of n_c·μ_c·μ_cᵀ.
  const means = mapMatrix(sums, (sum, c, k) => {
    const mass = masses[c] as number
    return mass > 0 ? (sum + w * (rowOf(drawn, c)[k] as number)) / Math.sqrt(mass) : 0
  })
  const [ofKeys, ofQueries, ofMeans] = await Promise.all([keys, queries, means].map(kernels.scatter))
  const scatter = mapMatrix(ofKeys as Matrix, (value, i, k) => {
    const at = i * keys.columns + k
    return value + w * (ofQueries?.data[at] as number) - (ofMeans?.data[at] as number)
  })
  const traces = [scatter, ofKeys as Matrix, ofQueries as Matrix].map(traceOf) as [number, number, number]
  if (traces[0] <= minTrace * (traces[1] + w * traces[2])) return { keys, queries }
  const freedom = keys.rows + w * queries.rows - presentClasses(counts)
  const shrinkage = (sample: Sample) => Math.max(minShare, shrinkageWithin(sample))
  const transform = await whitenerOfScatter({ scatter, within: true, freedom }, shrinkage, kernels)
  const all = matrix(keys.rows + queries.rows, keys.columns)
  all.data.set(keys.data)
  all.data.set(queries.data, keys.data.length)
  const { project } = await fitLifted(
    { features: keys, labels },
    { mean: meanRow(all), transform, lift: 1 / 2 },
    kernels,
  )
  return { keys: await project(keys), queries: await project(queries) }
}

/** S is a difference in single precision: with a smaller share of its parts it is only rounding, and with a smaller λ it may not be positive. */
const minTrace = 1e-3
const minShare = 0.05
