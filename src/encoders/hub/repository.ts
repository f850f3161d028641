import { downloadFile, HubApiError, type ListFileEntry, listFiles, modelInfo } from '@huggingface/hub'
import { z } from 'zod'
import { errors, reasonOf, ShotboardError } from '../../errors.js'
import { trainedLogits } from '../layouts/logits.js'
import type { Download } from './download.js'

/** The address of a hub, and the account. */
export interface HubOptions {
  /** `HF_ENDPOINT`; the Hugging Face hub by default. */
  readonly endpoint?: string | undefined
  /** `HF_TOKEN`. */
  readonly token?: string | undefined
}

/** A model's repository on the hub, at one commit. */
export interface Repository {
  readonly commit: string
  readonly files: readonly Download[]
  /** The trained `logit_scale` and `logit_bias`, from the model's weights or from those of its base model. */
  trainedLogits(): Promise<{ logitScale?: number; logitBias?: number }>
}

const cardSchema = z
  .looseObject({ base_model: z.string().or(z.array(z.string())).optional() })
  .optional()
  .catch(undefined)

/** Finds a model on the hub and lists its files. Throws MODEL_NOT_FOUND, MODEL_ACCESS_DENIED or MODEL_DOWNLOAD_FAILED. */
export async function openRepository(
  model: string,
  revision: string,
  options: HubOptions,
): Promise<Repository> {
  const access = {
    ...(options.endpoint !== undefined && { hubUrl: options.endpoint.replace(/\/+$/, '') }),
    ...(options.token !== undefined && { accessToken: options.token }),
  }
  const placeOf = (name: string, commit: string) => ({
    ...access,
    repo: { type: 'model' as const, name },
    revision: commit,
  })
  return withHubErrors(model, options, async () => {
    const info = await modelInfo({ ...access, name: model, revision, additionalFields: ['sha', 'cardData'] })
    const commit = z.string().parse(info.sha)
    const place = placeOf(model, commit)
    const files: Download[] = []
    for await (const entry of listFiles({ ...place, recursive: true })) {
      if (entry.type !== 'file') continue
      const { path, size } = entry
      const open = (start: number) =>
        withHubErrors(model, options, async () => {
          const blob = await downloadFile({ ...place, path })
          if (blob === null) throw errors.modelIncomplete({ model, missing: [path] })
          return (start > 0 ? blob.slice(start) : blob).stream() as ReadableStream<Uint8Array>
        })
      files.push({ path, size, checksum: checksumOf(entry), open })
    }
    const base = [cardSchema.parse(info.cardData)?.base_model].flat()[0]
    return {
      commit,
      files,
      async trainedLogits() {
        const own = await scalarsOf(place)
        if (own.logitScale !== undefined || base === undefined) return own
        // The card of a model converted to ONNX names the base model that has the weights.
        return scalarsOf(placeOf(base, 'main'))
      },
    }
  })
}

function checksumOf({ lfs, oid }: ListFileEntry): Download['checksum'] {
  return lfs ? { algorithm: 'sha256', value: lfs.oid } : { algorithm: 'git-blob', value: oid ?? '' }
}

/** The scale and bias in a model's `model.safetensors`, if it has them. Reads only the header and these two values. */
async function scalarsOf(place: Parameters<typeof listFiles>[0]) {
  const file = await downloadFile({ ...place, path: 'model.safetensors' }).catch(() => null)
  if (file === null) return {}
  return trainedLogits({
    size: file.size,
    read: async (from, to) => new Uint8Array(await file.slice(from, to).arrayBuffer()),
    close: async () => {},
  })
}

/** Turns errors of the hub into Shotboard's. */
async function withHubErrors<T>(model: string, { endpoint }: HubOptions, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof ShotboardError) throw error
    const status = error instanceof HubApiError ? error.statusCode : undefined
    const where = endpoint ?? 'https://huggingface.co'
    if (status === 404) throw errors.modelNotFound({ model, where })
    // The hub answers the same for private repositories and for missing ones.
    if (status === 401 || status === 403) throw errors.modelAccessDenied({ model })
    throw errors.modelDownloadFailed({ model, reason: reasonOf(error) })
  }
}
