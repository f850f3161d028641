import { errors, reasonOf } from '../../errors.js'
import { readOnnxGraph } from '../../tensor/onnx/read-graph.js'
import { graphFile } from '../graph-file.js'
import type { ModelFolder } from '../manifest.js'
import type { Adapter } from './adapter.js'
import { attachAdapter } from './attach.js'
import { stripAdapters } from './strip-adapters.js'

/** Checks that an adapter fits the blocks of a model's image tower. Throws INVALID_ADAPTER with the reason. */
export async function checkAdapter(folder: ModelFolder, adapter: Adapter, name: string): Promise<void> {
  const { vision, id } = folder.manifest
  const model = stripAdapters(await readOnnxGraph(graphFile(folder, vision)), vision.scaleInput)
  try {
    attachAdapter(model, adapter)
  } catch (error) {
    throw errors.invalidAdapter({ file: name, model: id, reason: reasonOf(error) }, 'file')
  }
}
