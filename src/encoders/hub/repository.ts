import { downloadFile, HubApiError, type ListFileEntry, listFiles, modelInfo } from '@huggingface/hub'
import { z } from 'zod'
import { errors, reasonOf, ShotboardError } from '../../errors.js'
import type { Download } from './download.js'

/** Where a hub is, and as whom it is asked. */
export interface HubOptions {
  /** `HF_ENDPOINT`; the Hugging Face hub unless said. */
  readonly endpoint?: string | undefined
  /** `HF_TOKEN`. */
  readonly token?: string | undefined
}

/** A model's repository on the hub, at one commit. */
export interface Repository {
  readonly commit: string
  readonly files: readonly Download[]
  /** `logit_scale` and `logit_bias` as trained, of its weights or those of the model it was made from. */
  trainedLogits(): Promise<{ logitScale?: number; logitBias?: number }>
}

const cardSchema = z
  .looseObject({ base_model: z.string().or(z.array(z.string())).optional() })
  .optional()
  .catch(undefined)

/** Looks a model up. Throws MODEL_NOT_FOUND, MODEL_ACCESS_DENIED or MODEL_DOWNLOAD_FAILED. */
export async function openRepository(
  model: string,
  revision: string,
  options: HubOptions,
): Promise<Repository> {
  const access = {
    ...(options.endpoint !== undefined && { hubUrl: options.endpoint.replace(/\/+$/, '') }),
    ...(options.token !== undefined && { accessToken: options.token }),
  }
  const at = (name: string, commit: string) => ({
    ...access,
    repo: { type: 'model' as const, name },
    revision: commit,
  })
  return hubErrors(model, options, async () => {
    const info = await modelInfo({ ...access, name: model, revision, additionalFields: ['sha', 'cardData'] })
    const commit = z.string().parse(info.sha)
    const place = at(model, commit)
    const files: Download[] = []
    for await (const entry of listFiles({ ...place, recursive: true })) {
      if (entry.type !== 'file') continue
      const { path, size } = entry
      const open = (start: number) =>
        hubErrors(model, options, async () => {
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
        // A model's conversion to ONNX names the model whose weights these are.
        return scalarsOf(at(base, 'main'))
      },
    }
  })
}

function checksumOf({ lfs, oid }: ListFileEntry): Download['checksum'] {
  return lfs ? { algorithm: 'sha256', value: lfs.oid } : { algorithm: 'git-blob', value: oid ?? '' }
}

const headerSchema = z.record(z.string(), z.unknown())
const scalarSchema = z.object({
  dtype: z.literal('F32'),
  data_offsets: z.tuple([z.int(), z.int()]),
})

/** The two scalars of a safetensors file, of which no more is read than its header; none where there is no such file. */
async function scalarsOf(place: Parameters<typeof listFiles>[0]) {
  const file = await downloadFile({ ...place, path: 'model.safetensors' }).catch(() => null)
  if (file === null) return {}
  const start = 8 + Number(new DataView(await file.slice(0, 8).arrayBuffer()).getBigUint64(0, true))
  const header = headerSchema.parse(JSON.parse(await file.slice(8, start).text()))
  async function scalar(name: string): Promise<number | undefined> {
    const entry = scalarSchema.safeParse(header[name])
    if (!entry.success || file === null) return undefined
    const [from, to] = entry.data.data_offsets
    return new DataView(await file.slice(start + from, start + to).arrayBuffer()).getFloat32(0, true)
  }
  const [scale, bias] = [await scalar('logit_scale'), await scalar('logit_bias')]
  return {
    ...(scale !== undefined && { logitScale: Math.exp(scale) }),
    ...(bias !== undefined && { logitBias: bias }),
  }
}

/** What the hub answers, in Shotboard's words. */
async function hubErrors<T>(model: string, { endpoint }: HubOptions, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof ShotboardError) throw error
    const status = error instanceof HubApiError ? error.statusCode : undefined
    const where = endpoint ?? 'https://huggingface.co'
    if (status === 404) throw errors.modelNotFound({ model, where })
    // The hub hides what is private or is not there behind the same answer.
    if (status === 401 || status === 403) throw errors.modelAccessDenied({ model })
    throw errors.modelDownloadFailed({ model, reason: reasonOf(error) })
  }
}
