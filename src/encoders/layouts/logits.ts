import { join } from 'node:path'
import { errors } from '../../errors.js'
import { type ByteSource, readScalars } from '../../tensor/safetensors.js'
import type { Manifest } from '../manifest.js'
import { type Added, addedFile } from './added.js'
import type { Configuration } from './configuration.js'
import { exists } from './files.js'

/** The trainings of OpenAI, OpenCLIP, TinyCLIP and MobileCLIP all limit it to 100, and end at that limit. */
const clipLogitScale = 100

/** The trained scale and bias: from `shotboard.json`, or the model's weights, or else CLIP's. Throws INVALID_MODEL. */
export async function logitsOf(
  folder: string,
  objective: Configuration['objective'],
  added: Added | undefined,
): Promise<Pick<Manifest, 'logitScale' | 'logitBias'>> {
  const trained = await trainedLogits(join(folder, 'model.safetensors'))
  const logitScale =
    added?.logitScale ?? trained.logitScale ?? (objective === 'softmax' ? clipLogitScale : undefined)
  if (objective === 'softmax' && logitScale !== undefined) return { logitScale, logitBias: null }
  const logitBias = added?.logitBias ?? trained.logitBias
  if (logitScale === undefined || logitBias === undefined) {
    const reason =
      'a model trained with a sigmoid needs its logitScale and logitBias, which its graphs do not have; set them in this file'
    throw errors.invalidModel({ file: join(folder, addedFile), reason })
  }
  return { logitScale, logitBias }
}

/** The scale (stored as its logarithm, `logit_scale`) and the bias (`logit_bias`) in a weights file, if it has them. */
export async function trainedLogits(
  file: string | ByteSource,
): Promise<{ logitScale?: number; logitBias?: number }> {
  if (typeof file === 'string' && !(await exists(file))) return {}
  const { logit_scale: scale, logit_bias: bias } = await readScalars(file, ['logit_scale', 'logit_bias'])
  const logitScale = scale === undefined ? undefined : Math.exp(scale)
  if (logitScale !== undefined && !(logitScale > 0 && Number.isFinite(logitScale))) {
    throw errors.invalidTensor({ tensor: 'logit_scale', reason: `${scale} is not the logarithm of a scale` })
  }
  if (bias !== undefined && !Number.isFinite(bias)) {
    throw errors.invalidTensor({ tensor: 'logit_bias', reason: `${bias} is not a finite number` })
  }
  return { ...(logitScale !== undefined && { logitScale }), ...(bias !== undefined && { logitBias: bias }) }
}
