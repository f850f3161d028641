import { errors } from '../errors.js'
import { gatherRows, type Matrix, stackRows } from '../tensor/matrix.js'

/** Unit image features, one row an image, by the id of the encoder's space: always `clip`, and `imo` if there is one. */
export type SpaceFeatures = Readonly<Record<string, Matrix>>

/** The features of one of the encoder's spaces, [N, d]. Throws SPACE_NOT_AVAILABLE if there are none. */
export function featuresOf(features: SpaceFeatures, space: string): Matrix {
  const found = features[space]
  if (found === undefined) throw errors.spaceNotAvailable({ space })
  return found
}

/** The features of some of the images, by their rows. */
export const selectFeatures = (features: SpaceFeatures, rows: ArrayLike<number>): SpaceFeatures =>
  Object.fromEntries(Object.entries(features).map(([space, all]) => [space, gatherRows(all, rows)]))

/** The features of several lists of images, one after the other. All have the same spaces. */
export const stackFeatures = (parts: readonly SpaceFeatures[]): SpaceFeatures =>
  Object.fromEntries(
    Object.keys(parts[0] ?? {}).map((space) => [
      space,
      stackRows(
        parts.flatMap((part) => part[space] ?? []),
        parts[0]?.[space]?.columns,
      ),
    ]),
  )
