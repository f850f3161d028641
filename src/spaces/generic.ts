import { errors } from '../errors.js'
import { operator } from '../tensor/kernels.js'
import type { Matrix } from '../tensor/matrix.js'
import { chained, type Piece } from '../tensor/piece.js'
import { defineSpace, type FeatureSpace, type SpaceSupport } from './contract.js'
import { liftedGraph } from './fitting/lift.js'
import type { Marker } from './line-style.js'
import { onSpace } from './on-space.js'

/**
 * Features in which images of one class scatter about alike in all directions, as measured once on other labelled images of
 * the same encoder: `f·A`, `A·Aᵀ = ((1−κ)·S_w + κ·I)⁻¹`, made unit, S_w the covariance of generic images about the means of
 * their classes, scaled to the trace d. It does without training what the adapters of `imo` are trained for. κ and how it is
 * measured: `fitting/generic-covariance.ts`.
 */
export const generic = () =>
  defineSpace({
    id: 'generic',
    name: 'Generic',
    summary:
      'Directions in which other labelled images of a class differ count for less. Measured once for each encoder, on other datasets.',
    formula: String.raw`u = \frac{fA}{\lVert fA\rVert},\quad AA^\top = \left((1 - \kappa)\,S_w + \kappa I\right)^{-1}`,
    marker: 'triangle-left',
    dash: 'dashed',
    base: 'clip',
    trained: false,
    usesGeneric: true,
    async fit(support, kernels) {
      const { root } = await genericOf(support).whitened(kernels)
      const origin = new Float32Array(root.rows)
      const project = (given: Matrix) => kernels.project(given, origin, root)
      return {
        project,
        projectTexts: project,
        graph: liftedGraph({ mean: origin, transform: root, liftSquare: 0 }),
      }
    },
  })

/** A space that is fitted on the features of `generic` before they are made unit: `generic+shrunk`. */
export function onGeneric(fitted: FeatureSpace, marker?: Marker): FeatureSpace {
  const { fit: fitOn } = fitted
  if (!fitOn) throw new Error(`the space ${fitted.id} is not fitted`)
  return defineSpace({
    ...onSpace(fitted, generic(), marker),
    usesGeneric: true,
    async fit(support, kernels, values) {
      const { root } = await genericOf(support).whitened(kernels)
      const features = await kernels.multiply(support.features, root)
      const inner = await fitOn({ ...support, features }, kernels, values)
      const project = async (given: Matrix) => inner.project(await kernels.multiply(given, root))
      return {
        project,
        ...(inner.projectTexts && { projectTexts: project }),
        ...(inner.graph && { graph: chained(multipliedBy(root), inner.graph, 'features') }),
      }
    },
  })
}

/** Throws GENERIC_REQUIRED if there is none. */
export function genericOf({ generic: given }: SpaceSupport) {
  if (!given) throw errors.genericRequired({ space: 'generic' }, 'space')
  return given
}

/** `features·A`, as a graph. */
export const multipliedBy = (root: Matrix): Piece => ({
  constants: { root },
  nodes: [operator('MatMul', ['features', 'root'], 'result')],
})
