import type { Cache } from '../cache/contract.js'
import { featuresOf } from '../features/space-features.js'
import type { Support } from '../features/support.js'
import type { FeatureSpace } from '../spaces/contract.js'
import { gatherRows, type Matrix } from '../tensor/matrix.js'
import { openPiece } from '../tensor/open-piece.js'
import type { Piece } from '../tensor/piece.js'

/**
 * The fit of a space as it is kept with a classifier: the graph that it describes. Null if there is nothing to keep: the space
 * describes none, the graph does not give the features that its code gives, or the method asks it for texts, too.
 */
export async function fitToKeep(
  { space, graph, spaceKeys, order, kernels }: Cache,
  support: Support,
  needs: readonly string[] = [],
): Promise<Piece | null> {
  if (!space.fit || !graph || needs.includes('projected-texts')) return null
  const keys = gatherRows(featuresOf(support.features, space.base), order)
  const project = openPiece(kernels, nameOf(space), graph)
  const given = await project({ features: keys }).catch(() => null)
  return given && isSame(given, spaceKeys) ? graph : null
}

function isSame(a: Matrix, b: Matrix): boolean {
  return (
    a.rows === b.rows &&
    a.columns === b.columns &&
    a.data.every((value, i) => Math.abs(value - (b.data[i] as number)) <= 1e-5)
  )
}

/** A space with its fit: nothing is fitted again. */
export function withKeptFit(space: FeatureSpace, graph: Piece): FeatureSpace {
  return {
    ...space,
    async fit(_, kernels) {
      const project = openPiece(kernels, nameOf(space), graph)
      return { graph, project: (features) => project({ features }) }
    },
  }
}

const nameOf = ({ id }: FeatureSpace): string => `kept fit of ${id}`
