import type { FeatureSpace, FittedSpace } from '../spaces/contract.js'
import { fitSpace } from '../spaces/fit-space.js'
import { throwIfCancelled } from '../system/abort.js'
import type { Kernels } from '../tensor/kernels.js'
import { gatherRows, type Matrix, matrix, rowOf, sliceRows } from '../tensor/matrix.js'

/**
 * The affinity of a left-out key. It is so low that every kernel that decreases with distance maps it to 0, and finite, so
 * that a sharpness of 0 does not give NaN.
 */
export const leftOutAffinity = Math.fround(-3e38)

/** The smallest β in leave-one-out. With β = 0 a left-out key would weigh 1; with this it weighs 0, and all others 1. */
export const minSharpness = 1e-30

/** A support set in a space. */
interface Keys {
  readonly space: FeatureSpace
  readonly fitted: FittedSpace | undefined
  readonly features: Matrix
  readonly spaceKeys: Matrix
  readonly labels: Int32Array
  readonly kernels: Kernels
}

/**
 * Affinities of the support images from `from` to `to − 1` with all support images, [to − from, S]. Each row is computed in
 * the space fitted without its image, and the image's own entry is `leftOutAffinity`. A space without `leaveOneOut` is
 * fitted again without each image. Throws CANCELLED.
 */
export async function leaveOneOutAffinities(
  options: Keys & { readonly from: number; readonly to: number; readonly signal?: AbortSignal },
): Promise<Matrix> {
  const { fitted, features, spaceKeys, kernels, from, to, signal } = options
  let affinities: Matrix
  if (features.rows < 2) affinities = matrix(to - from, features.rows)
  else if (fitted === undefined) affinities = await kernels.dot(sliceRows(spaceKeys, from, to), spaceKeys)
  else if (fitted.leaveOneOut) affinities = await fitted.leaveOneOut(from, to)
  else {
    affinities = matrix(to - from, features.rows)
    for (let i = from; i < to; i++) {
      throwIfCancelled(signal)
      const keys = await keysWithout(options, i)
      const row = await kernels.dot(sliceRows(keys, i, i + 1), keys)
      rowOf(affinities, i - from).set(row.data)
    }
  }
  for (let row = 0; row < affinities.rows; row++) {
    affinities.data[row * affinities.columns + from + row] = leftOutAffinity
  }
  return affinities
}

/** All support images in the space fitted without image i, [S, m], up to a rotation. */
export async function keysWithout(
  { space, fitted, features, spaceKeys, labels, kernels }: Keys,
  i: number,
): Promise<Matrix> {
  if (fitted === undefined || features.rows < 2) return spaceKeys
  if (fitted.fold) return fitted.fold(i)
  const rest = Array.from(labels.keys()).filter((j) => j !== i)
  const without = {
    features: gatherRows(features, rest),
    labels: Int32Array.from(rest, (j) => labels[j] as number),
  }
  const { project } = await fitSpace(space, without, kernels)
  return project(features)
}
