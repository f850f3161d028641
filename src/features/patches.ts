import { errors } from '../errors.js'
import { type Matrix, matrix } from '../tensor/matrix.js'
import { featuresOf, type SpaceFeatures } from './space-features.js'

/** The features of the patches of images, in the order of the images. */
export interface Patches {
  /** P, the number of patches of an image. */
  readonly perImage: number
  /** [n·P, d], unit rows, in `clip`: they can be compared with texts. Image i has the rows from i·P to (i + 1)·P. */
  readonly features: Matrix
}

/**
 * Where the features of images hold those of their patches: a row an image, [N, P·d], its patches one after the other. It is also
 * what an encoder is asked for.
 */
export const patchesKey = 'patches'

/** The features of images with those of their patches, [N·P, d]. There is at least one image. */
export function withPatches(features: SpaceFeatures, patches: Matrix): SpaceFeatures {
  const { rows } = featuresOf(features, 'clip')
  return { ...features, [patchesKey]: matrix(rows, patches.data.length / rows, patches.data) }
}

/** P, the number of patches of an image; 0 if there are none. */
export const patchesPerImage = (features: SpaceFeatures): number =>
  (features[patchesKey]?.columns ?? 0) / featuresOf(features, 'clip').columns

/** The patches alone, to be put beside the features of the same images; nothing if there are none. */
export function onlyPatches({ [patchesKey]: patches }: SpaceFeatures): SpaceFeatures {
  return patches ? { [patchesKey]: patches } : {}
}

export const hasPatches = (features: SpaceFeatures): boolean => features[patchesKey] !== undefined

/** The patches of the images `from` up to `to`. Throws PATCHES_REQUIRED if there are none. */
export function patchesOf(features: SpaceFeatures, from: number, to: number): Patches {
  const rows = features[patchesKey]
  if (rows === undefined) throw errors.patchesRequired({ method: 'This batch' })
  const { columns } = featuresOf(features, 'clip')
  const perImage = patchesPerImage(features)
  const data = rows.data.subarray(from * rows.columns, to * rows.columns)
  return { perImage, features: matrix((to - from) * perImage, columns, data) }
}
