import type { Batch } from '../../cache/contract.js'
import { type Matrix, mapMatrix, rowOf, transposed } from '../../tensor/matrix.js'
import { colors } from '../colors.js'
import type { Term } from '../contract.js'
import { symbolOf } from '../formula.js'
import { classSumsOf, presentClasses, softmaxRows } from './assignment.js'
import { affinitiesWith, minSharpness, unitPrototypes } from './class-prototype.js'
import { drawnTrust } from './drawn-trust.js'
import { discounted, evenShares } from './even-shares.js'
import { type NearestQueries, nearestQueries } from './nearest-queries.js'
import { type SharedFeatures, whitenedTogether } from './shared-covariance.js'

/**
 * `n̄·exp(−β(1 − Â))`, [N, C], n̄ the mean number of labelled images of a class, Â the affinities with class means that the queries
 * themselves refine. The more images a class has, the more its mean is worth beside the texts: about in proportion, so that one weight serves
 * any number of them. Each of a few rounds assigns the
 * queries to the means and to what the queries nearest to them are assigned to, and then takes them into the means:
 *
 *     R = softmax(t·Â − δ),   Â_ic = u_i·P_c + ν/t·Σ_{j near i} R_jc,   P_c = unit(Σ_{j of c} g_j + w·τ_c·Σ_i R_ic·u_i).
 *
 * So it is expectation maximisation of a mixture on the sphere, in which labelled images are certain and near queries are mostly
 * of one class. After these rounds the features are whitened as keys and queries scatter about their classes
 * (`shared-covariance.ts`), and the rounds start again in that space; Â is `Â − δ/t` of the last.
 *
 * δ keeps the classes about even where they seem to be, and is their prior where they do not (`even-shares.ts`), and τ keeps classes that may have no queries from drawing those
 * of others where they do not (`drawn-trust.ts`). A query counts `w` = 0.5 of a labelled image, and its neighbours `ν` = 0.5 each; with
 * n > 3 labelled images a class both count 3/n of that. Neighbours hold a query to its class, unless they are more than the queries of
 * a class: so there are five, and at most a quarter of the queries a class.
 */
export const sharedPrototype = (names: { readonly weight: string; readonly sharpness: string }): Term => ({
  name: 'prototype',
  summary:
    'How near the image is to the mean of the support images of the class and of the images that are like them.',
  formula: String.raw`\bar{n}\exp\!\left(-${symbolOf(names.sharpness)}\left(1 - \hat{A}\right)\right)`,
  color: colors.green,
  weight: names.weight,
  shapes: [names.sharpness],
  usesTexts: false,
  usesKeys: true,
  async logits(batch, shapes) {
    const affinities = await batch.derive('refined affinities', () => refinedAffinities(batch))
    const { kernels, labels, counts } = batch.cache
    const near = await kernels.sharpen(affinities, Math.max(shapes[names.sharpness] as number, minSharpness))
    const shots = labels.length / presentClasses(counts)
    return mapMatrix(near, (value) => shots * value)
  },
})

const rounds = 4
/** t. */
const sharpness = 60
/** w and ν, and the number of labelled images of a class up to which they hold. */
const share = 0.5
const pull = 0.5
const fullShots = 3
/** The number of labelled images of a class from which shares begin to be their classes' prior: with fewer the means say too little. */
const knownFrom = 4
const maxNeighbours = 5
const queriesPerNeighbour = 4

/** Â after the last round, [n, C]. */
async function refinedAffinities(batch: Batch): Promise<Matrix> {
  const { counts, spaceKeys: keys, kernels } = batch.cache
  const queries = await batch.spaceQueries()
  const present = presentClasses(counts)
  const neighbours = Math.min(maxNeighbours, Math.floor(queries.rows / (queriesPerNeighbour * present)))
  const near = await nearestQueries(queries, queries, neighbours, kernels)
  const first = await refine(batch, { keys, queries }, near)
  return refine(batch, await whitenedTogether(batch, softmaxRows(first, sharpness), share), near)
}

/** `Â − δ/t` after some rounds, [n, C]. */
async function refine(
  { cache }: Batch,
  { keys, queries }: SharedFeatures,
  near: NearestQueries,
): Promise<Matrix> {
  const { labels, classes, counts, kernels } = cache
  const present = presentClasses(counts)
  const shots = labels.length / present
  const trust = Math.min(1, fullShots / shots)
  const known = Math.min(1, Math.max(0, shots / knownFrom - 1))
  const sums = classSumsOf(keys, labels, classes)
  const even = (affinities: Matrix) =>
    discounted(affinities, evenShares(softmaxRows(affinities, sharpness), counts, known), 1 / sharpness)
  const first = unitPrototypes(
    mapMatrix(sums, (sum) => sum),
    counts,
  )
  let affinities = await affinitiesWith(cache, queries, first)
  const alone = softmaxRows(even(affinities), sharpness)
  for (let round = 0; round < rounds; round++) {
    const assigned = softmaxRows(even(affinities), sharpness)
    const drawn = await kernels.multiply(transposed(assigned), queries)
    const trusts = drawnTrust(assigned, alone, counts)
    const weights = trusts.map((drawnOf) => share * trust * drawnOf)
    const means = mapMatrix(
      sums,
      (sum, c, k) => sum + (weights[c] as number) * (rowOf(drawn, c)[k] as number),
    )
    affinities = await affinitiesWith(cache, queries, unitPrototypes(means, counts))
    addPull(affinities, assigned, near, (pull * trust) / sharpness)
  }
  return even(affinities)
}

/** Adds `by·Σ R_j` over the queries that are near to each, in place. */
function addPull(affinities: Matrix, assigned: Matrix, near: NearestQueries, by: number): void {
  for (const [at, j] of near.positions.entries()) {
    const affinity = rowOf(affinities, Math.floor(at / near.count))
    for (const [c, belonging] of rowOf(assigned, j).entries()) {
      affinity[c] = (affinity[c] as number) + by * belonging
    }
  }
}
