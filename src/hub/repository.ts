import {
  datasetInfo,
  downloadFile,
  HubApiError,
  type ListFileEntry,
  listFiles,
  modelInfo,
} from '@huggingface/hub'
import { z } from 'zod'
import { reasonOf, ShotboardError } from '../errors.js'
import type { Download } from './download.js'

/** The address of a hub, and the account. */
export interface HubOptions {
  /** `HF_ENDPOINT`; the Hugging Face hub by default. */
  readonly endpoint?: string | undefined
  /** `HF_TOKEN`. */
  readonly token?: string | undefined
}

/** The errors of a kind of repository. */
export interface HubErrors {
  notFound(where: string): ShotboardError
  accessDenied(): ShotboardError
  /** A file that was listed is not there. */
  missing(path: string): ShotboardError
  failed(reason: string): ShotboardError
}

export interface RepositoryRequest {
  readonly kind: 'model' | 'dataset'
  /** Such as `Xenova/clip-vit-base-patch16`. */
  readonly name: string
  /** A branch, a tag or a commit. */
  readonly revision: string
  readonly errors: HubErrors
}

/** A repository on the hub, at one commit. */
export interface Repository {
  readonly commit: string
  readonly files: readonly Download[]
  /** The front matter of its README.md, if it has one. */
  readonly cardData: unknown
  /** A file of this repository, or of another one's main branch; null if it cannot be had. It is read in ranges. */
  fileOf(path: string, repository?: string): Promise<Blob | null>
}

/** Finds a repository on the hub and lists its files. Throws the errors of the request. */
export async function openRepository(
  { kind, name, revision, errors }: RepositoryRequest,
  options: HubOptions,
): Promise<Repository> {
  const access = {
    ...(options.endpoint !== undefined && { hubUrl: options.endpoint.replace(/\/+$/, '') }),
    ...(options.token !== undefined && { accessToken: options.token }),
  }
  const placeOf = (repository: string, commit: string) => ({
    ...access,
    repo: { type: kind, name: repository },
    revision: commit,
  })
  return withHubErrors(errors, options, async () => {
    const asked = { ...access, name, revision }
    const info =
      kind === 'model'
        ? await modelInfo({ ...asked, additionalFields: ['sha', 'cardData'] })
        : await datasetInfo({ ...asked, additionalFields: ['sha', 'cardData'] })
    const commit = z.string().parse(info.sha)
    const place = placeOf(name, commit)
    const files: Download[] = []
    for await (const entry of listFiles({ ...place, recursive: true })) {
      if (entry.type !== 'file') continue
      const { path, size } = entry
      const open = (start: number) =>
        withHubErrors(errors, options, async () => {
          const blob = await downloadFile({ ...place, path })
          if (blob === null) throw errors.missing(path)
          return (start > 0 ? blob.slice(start) : blob).stream() as ReadableStream<Uint8Array>
        })
      files.push({ path, size, checksum: checksumOf(entry), open })
    }
    return {
      commit,
      files,
      cardData: info.cardData,
      fileOf: (path, repository) =>
        downloadFile({ ...(repository === undefined ? place : placeOf(repository, 'main')), path }).catch(
          () => null,
        ),
    }
  })
}

function checksumOf({ lfs, oid }: ListFileEntry): Download['checksum'] {
  return lfs ? { algorithm: 'sha256', value: lfs.oid } : { algorithm: 'git-blob', value: oid ?? '' }
}

/** Turns errors of the hub into Shotboard's. */
async function withHubErrors<T>(
  errors: HubErrors,
  { endpoint }: HubOptions,
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof ShotboardError) throw error
    const status = error instanceof HubApiError ? error.statusCode : undefined
    if (status === 404) throw errors.notFound(endpoint ?? 'https://huggingface.co')
    // The hub answers the same for private repositories and for missing ones.
    if (status === 401 || status === 403) throw errors.accessDenied()
    throw errors.failed(reasonOf(error))
  }
}
