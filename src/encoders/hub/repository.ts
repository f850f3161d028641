import { z } from 'zod'
import { errors } from '../../errors.js'
import { type HubOptions, openRepository, type Repository } from '../../hub/repository.js'
import { trainedLogits } from '../layouts/logits.js'

/** A model's repository on the hub, at one commit. */
export interface ModelRepository extends Pick<Repository, 'commit' | 'files'> {
  /** The trained `logit_scale` and `logit_bias`, from the model's weights or from those of its base model. */
  trainedLogits(): Promise<{ logitScale?: number; logitBias?: number }>
}

const cardSchema = z
  .looseObject({ base_model: z.string().or(z.array(z.string())).optional() })
  .optional()
  .catch(undefined)

/** Finds a model on the hub and lists its files. Throws MODEL_NOT_FOUND, MODEL_ACCESS_DENIED or MODEL_DOWNLOAD_FAILED. */
export async function openModelRepository(
  model: string,
  revision: string,
  options: HubOptions,
): Promise<ModelRepository> {
  const { commit, files, cardData, fileOf } = await openRepository(
    {
      ...{ kind: 'model', name: model, revision },
      errors: {
        notFound: (where) => errors.modelNotFound({ model, where }),
        accessDenied: () => errors.modelAccessDenied({ model }),
        missing: (path) => errors.modelIncomplete({ model, missing: [path] }),
        failed: (reason) => errors.modelDownloadFailed({ model, reason }),
      },
    },
    options,
  )
  const base = [cardSchema.parse(cardData)?.base_model].flat()[0]
  return {
    commit,
    files,
    async trainedLogits() {
      const own = await scalarsOf(await fileOf(weights))
      if (own.logitScale !== undefined || base === undefined) return own
      // The card of a model converted to ONNX names the base model that has the weights.
      return scalarsOf(await fileOf(weights, base))
    },
  }
}

const weights = 'model.safetensors'

/** The scale and bias in a model's weights, if it has them. Reads only the header and these two values. */
async function scalarsOf(file: Blob | null) {
  if (file === null) return {}
  return trainedLogits({
    size: file.size,
    read: async (from, to) => new Uint8Array(await file.slice(from, to).arrayBuffer()),
    close: async () => {},
  })
}
