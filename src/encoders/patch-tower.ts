import { errors, reasonOf } from '../errors.js'
import { type Matrix, makeUnit } from '../tensor/matrix.js'
import type { OnnxModel } from '../tensor/onnx/model.js'
import { readOnnxGraph } from '../tensor/onnx/read-graph.js'
import type { Runtime, Tensor } from '../tensor/runtime.js'
import { stripAdapters } from './adapters/strip-adapters.js'
import { graphFile } from './graph-file.js'
import type { ModelFolder } from './manifest.js'
import { withOwnCopy } from './own-copy.js'
import { patchRows, withPatchOutput } from './patch-output.js'
import { runTower } from './run-tower.js'
import { checkTower, openTowerModel } from './tower-graph.js'

/** An open image tower that gives the features of patches. */
export interface PatchTower {
  /** P, the number of patches of an image; 0 where it has no tokens but one that is pooled. */
  readonly perImage: number
  /** Unit features of the patches of preprocessed images: [count, 3, size, size] → [count, P·d], patch by patch. */
  encode(pixels: Float32Array, count: number): Promise<Matrix>
  release(): Promise<void>
}

/** Whether a model's image tower can be opened for the features of patches. Throws INVALID_MODEL. */
export const givesPatches = async (model: ModelFolder): Promise<boolean> =>
  (await patchModelOf(model)) !== undefined

/** Opens an image tower, without adapters, for the features of patches. Throws INVALID_MODEL with the file at fault. */
export const openPatchTower = (model: ModelFolder, runtime: Runtime): Promise<PatchTower> =>
  withOwnCopy(model, (copy) => open(copy, runtime), 'image tower')

async function open(model: ModelFolder, runtime: Runtime): Promise<PatchTower> {
  const { manifest } = model
  const { vision, imageSize, dimensions } = manifest
  const file = graphFile(model, vision)
  const patched = await patchModelOf(model)
  if (!patched) throw errors.invalidModel({ file, reason: 'it gives no features of patches' })
  const tower = { ...vision, outputs: [patchRows] }
  const session = await openTowerModel(runtime, patched, tower, manifest).catch((error: unknown) => {
    throw errors.invalidModel({ file, reason: reasonOf(error) })
  })
  const { output, batch } = await checkTower(session, file, tower)
  const inputOf = (pixels: Float32Array, count: number): Tensor => ({
    type: 'float32',
    dims: [count, 3, imageSize, imageSize],
    data: pixels,
  })
  try {
    const rows = batch ?? 1
    const blank = inputOf(new Float32Array(rows * 3 * imageSize ** 2), rows)
    const { [output]: tried } = await session.run({ [vision.input]: blank }, { outputs: [output] })
    const perImage = (tried?.dims[1] ?? Number.NaN) / dimensions
    if (!Number.isInteger(perImage)) {
      const reason = `its patches have ${tried?.dims[1]} numbers an image, which is not a multiple of ${dimensions}`
      throw errors.invalidModel({ file, reason })
    }
    return {
      perImage,
      async encode(pixels, count) {
        const wide = { session, output, batch, dimensions: perImage * dimensions }
        const features = await runTower(wide, count, { [vision.input]: inputOf(pixels, count) })
        for (let from = 0; from < features.data.length; from += dimensions) {
          makeUnit(features.data.subarray(from, from + dimensions))
        }
        return features
      },
      release: () => session.release(),
    }
  } catch (error) {
    await session.release()
    throw error
  }
}

async function patchModelOf(folder: ModelFolder): Promise<OnnxModel | undefined> {
  const { vision } = folder.manifest
  if ('endpoint' in vision) return undefined
  const file = graphFile(folder, vision)
  const model = await readOnnxGraph(file).catch((error: unknown) => {
    throw errors.invalidModel({ file, reason: reasonOf(error) })
  })
  return withPatchOutput(stripAdapters(model, vision.scaleInput), vision.outputs)
}
