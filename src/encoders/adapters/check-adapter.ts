import { join } from 'node:path'
import { errors, reasonOf } from '../../errors.js'
import { readOnnxGraph } from '../../tensor/onnx/read-graph.js'
import type { ModelFolder } from '../manifest.js'
import type { Adapter } from './adapter.js'
import { attachAdapter } from './attach.js'
import { stripAdapters } from './strip-adapters.js'

/** Checks that an adapter fits the blocks of a model's image tower. Throws INVALID_ADAPTER with the reason. */
export async function checkAdapter(
  { folder, manifest: { vision, id } }: ModelFolder,
  adapter: Adapter,
  name: string,
): Promise<void> {
  const model = stripAdapters(await readOnnxGraph(join(folder, vision.file)), vision.scaleInput)
  try {
    attachAdapter(model, adapter)
  } catch (error) {
    throw errors.invalidAdapter({ file: name, model: id, reason: reasonOf(error) }, 'file')
  }
}
