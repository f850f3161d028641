import { resolve } from 'node:path'
import { errors, reasonOf } from '../errors.js'
import type { Matrix } from '../tensor/matrix.js'
import { readOnnxGraph } from '../tensor/onnx/read-graph.js'
import type { Runtime, Session, Tensor } from '../tensor/runtime.js'
import { readAdapter } from './adapters/adapter.js'
import { adapterScaleInput, attachAdapter } from './adapters/attach.js'
import { stripAdapters } from './adapters/strip-adapters.js'
import type { EncoderSpace } from './encoder-space.js'
import { graphFile, nameOfTower } from './graph-file.js'
import type { ModelFolder } from './manifest.js'
import { runTower } from './run-tower.js'
import { checkTower, openTower, openTowerModel } from './tower-graph.js'

/** An open image tower. */
export interface VisionTower {
  /**
   * Features of preprocessed images, not of unit length: [count, 3, size, size] → [count, d]. With `transfer` the buffer of
   * `pixels` is moved to the computing thread, and the caller must not use it again.
   */
  encode(pixels: Float32Array, count: number, space: EncoderSpace, transfer: boolean): Promise<Matrix>
  release(): Promise<void>
}

/** Opens a model's image tower with its adapter. Throws INVALID_MODEL or INVALID_ADAPTER with the file at fault. */
export async function openVisionTower(model: ModelFolder, runtime: Runtime): Promise<VisionTower> {
  const { manifest } = model
  const { vision, imageSize, dimensions } = manifest
  const { session, scale, scaleInput } = await openWithAdapter(model, runtime)
  const otherInputs = scaleInput === undefined ? [] : [scaleInput]
  const { output, batch } = await checkTower(session, nameOfTower(model, vision), vision, otherInputs)
  return {
    encode(pixels, count, space, transfer) {
      const scalar = (value: number): Tensor => ({
        type: 'float32',
        dims: [1],
        data: Float32Array.of(value),
      })
      const input: Tensor = { type: 'float32', dims: [count, 3, imageSize, imageSize], data: pixels }
      const others = scaleInput === undefined ? {} : { [scaleInput]: scalar(space === 'imo' ? scale : 0) }
      return runTower(
        { session, output, batch, dimensions },
        count,
        { [vision.input]: input },
        { others, transfer: transfer ? [vision.input] : [] },
      )
    },
    release: () => session.release(),
  }
}

interface AdaptedSession {
  readonly session: Session
  /** The adapters' scale in the space `imo`. */
  readonly scale: number
  /** The input for the scale; undefined for a tower without adapters. */
  readonly scaleInput: string | undefined
}

/** Opens the image tower with the adapters of a file, with those that are part of its graph, or without any. */
async function openWithAdapter(model: ModelFolder, runtime: Runtime): Promise<AdaptedSession> {
  const { folder, manifest } = model
  const { vision, adapter } = manifest
  if (!adapter || !('file' in adapter)) {
    const session = await openTower(model, runtime, vision)
    return { session, scale: adapter?.scale ?? 0, scaleInput: vision.scaleInput }
  }
  const file = graphFile(model, vision)
  const adapterFile = resolve(folder, adapter.file)
  const attached = await readAdapter(adapterFile)
  try {
    // The adapters from the file replace those that are part of the graph.
    const graph = stripAdapters(await readOnnxGraph(file), vision.scaleInput)
    attachAdapter(graph, attached)
    const session = await openTowerModel(runtime, graph, vision, manifest)
    return { session, scale: attached.scale, scaleInput: adapterScaleInput }
  } catch (error) {
    throw errors.invalidAdapter({ file: adapterFile, model: file, reason: reasonOf(error) })
  }
}
