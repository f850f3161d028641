import type { Runtime } from '../tensor/runtime.js'
import { imagesPerBatch } from './batch-size.js'
import { batched } from './batching.js'
import type { ModelFolder } from './manifest.js'
import { withOwnCopy } from './own-copy.js'
import { openTextTower, type TextTower } from './text-tower.js'
import { openTokenizer, type TextTokenizer } from './tokenizer.js'
import { openVisionTower, type VisionTower } from './vision-tower.js'

/** A model whose files are open. */
export interface OpenedModel {
  readonly tokenize: TextTokenizer
  readonly vision: VisionTower
  readonly text: TextTower
}

/**
 * Opens a model's tokenizer and towers. If one of them fails, the others are released. Throws MODEL_CHANGED, INVALID_MODEL or
 * INVALID_ADAPTER with the file at fault.
 */
export const openModel = (model: ModelFolder, runtime: Runtime): Promise<OpenedModel> =>
  withOwnCopy(model, (copy) => openFiles(copy, runtime))

async function openFiles(model: ModelFolder, runtime: Runtime): Promise<OpenedModel> {
  const tokenizer = openTokenizer(model)
  const towers = [openBatched(model, runtime), openTextTower(model, runtime)] as const
  try {
    const [tokenize, vision, text] = await Promise.all([tokenizer, ...towers])
    return { tokenize, vision, text }
  } catch (error) {
    await Promise.allSettled(towers.map(async (tower) => (await tower).release()))
    throw error
  }
}

export const closeModel = async ({ vision, text }: OpenedModel): Promise<void> => {
  await Promise.all([vision.release(), text.release()])
}

/** Opens the image tower, and batches concurrent requests to it. Throws as `openVisionTower`. */
export const openBatchedVision = (model: ModelFolder, runtime: Runtime): Promise<VisionTower> =>
  withOwnCopy(model, (copy) => openBatched(copy, runtime), 'image tower')

async function openBatched(model: ModelFolder, runtime: Runtime): Promise<VisionTower> {
  const tower = await openVisionTower(model, runtime)
  return { ...tower, encode: batched(tower.encode, imagesPerBatch(model.manifest.imageSize)) }
}
