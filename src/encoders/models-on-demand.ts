import { type OnDemand, openOnDemand } from '../system/open-on-demand.js'
import type { Matrix } from '../tensor/matrix.js'
import type { Runtime } from '../tensor/runtime.js'
import type { AddedAdapters } from './adapters/added-adapters.js'
import { addedAdapterSpace, type EncoderSpace, patchSpace, usedAdapter } from './encoder-space.js'
import type { ModelFolder } from './manifest.js'
import { closeModel, type OpenedModel, openBatchedVision, openModel } from './open-model.js'
import { givesPatches, openPatchTower } from './patch-tower.js'
import type { VisionTower } from './vision-tower.js'

/**
 * An encoder's models, opened at their first use: the main model, which has the spaces `clip` and `imo`, and for each added
 * adapter that is not `imo` an image tower of its own.
 */
export interface ModelsOnDemand {
  /** The adapters of the last call of `setAdapters`. */
  readonly added: AddedAdapters
  /** Replaces the added adapters. Image towers that are no longer right are closed once nobody uses them. */
  setAdapters(added: AddedAdapters): Promise<void>
  /** Runs `work` with the main model. */
  use<R>(work: (model: OpenedModel) => Promise<R>): Promise<R>
  /** P, the number of patches of an image that it gives features of; null if it gives none. Throws INVALID_MODEL. */
  patches(): Promise<number | null>
  /**
   * Features of preprocessed images in a space, not of unit length: [count, 3, size, size] → [count, d]. Of `patches`, unit
   * features: [count, P·d].
   */
  encodePixels(pixels: Float32Array, count: number, space: EncoderSpace): Promise<Matrix>
  close(): Promise<void>
}

/** The models of a model folder. Each closes after `idleMs` milliseconds without use; 0 keeps them open. */
export function createModelsOnDemand(model: ModelFolder, runtime: Runtime, idleMs: number): ModelsOnDemand {
  let added: AddedAdapters = { adapters: [], used: null }
  let otherTowers = new Map<EncoderSpace, OnDemand<VisionTower>>()
  const main = openOnDemand(
    () => openModel(withAdapter(model, usedAdapter(added)?.file), runtime),
    closeModel,
    idleMs,
  )
  const patchTower = openOnDemand(
    () => openPatchTower(model, runtime),
    (tower) => tower.release(),
    idleMs,
  )
  let patchesKnown: Promise<number | null> | undefined
  const towerWith = (file: string): OnDemand<VisionTower> =>
    openOnDemand(
      () => openBatchedVision(withAdapter(model, file), runtime),
      (tower) => tower.release(),
      idleMs,
    )

  return {
    get added() {
      return added
    },
    async setAdapters(next) {
      const before = usedAdapter(added)?.sha256
      const replaced = otherTowers
      added = next
      const others = added.adapters.filter(({ name }) => name !== added.used)
      otherTowers = new Map(others.map(({ name, file }) => [addedAdapterSpace(name), towerWith(file)]))
      await Promise.all([...replaced.values()].map((tower) => tower.close()))
      // The next use opens the main model with the other adapter.
      if (before !== usedAdapter(added)?.sha256) await main.close()
    },
    use: (work) => main.use(work),
    patches() {
      const find = async (): Promise<number | null> => {
        if (!(await givesPatches(model))) return null
        const count = await patchTower.use(async ({ perImage }) => perImage)
        return count === 0 ? null : count
      }
      const known = patchesKnown ?? find()
      patchesKnown = known
      // What failed is tried again.
      known.catch(() => {
        patchesKnown = undefined
      })
      return known
    },
    encodePixels(pixels, count, space) {
      // The pixels are in shared memory. The computing thread copies them, so they must not be transferred.
      if (space === patchSpace) return patchTower.use((tower) => tower.encode(pixels, count))
      const other = otherTowers.get(space)
      if (other) return other.use((tower) => tower.encode(pixels, count, 'imo', false))
      const mainSpace = space === 'clip' ? 'clip' : 'imo'
      return main.use(({ vision }) => vision.encode(pixels, count, mainSpace, false))
    },
    async close() {
      await Promise.all([main, patchTower, ...otherTowers.values()].map((opened) => opened.close()))
    },
  }
}

/** The model with another adapter as its `imo`, or unchanged without one. */
export const withAdapter = (model: ModelFolder, file: string | undefined): ModelFolder =>
  file === undefined ? model : { ...model, manifest: { ...model.manifest, adapter: { file } } }
