import { errors } from '../errors.js'
import type { ImageWorkers } from '../images/workers/image-workers.js'
import type { ImageFiles } from '../store/image-files.js'
import type { Store } from '../store/store.js'

/** An image argument: exactly one of the id of a stored image, base64 (or a data URL), and an uploaded file. */
export interface ImageInput {
  readonly id?: string | null
  readonly base64?: string | null
  readonly upload?: { read(): Promise<Buffer> } | null
}

export interface ImageInputContext {
  readonly store: Store
  readonly imageFiles: ImageFiles
  readonly imageWorkers: Pick<ImageWorkers, 'inspect'>
  readonly maxMegapixels: number
}

/** The bytes of an image that has exactly one source. Throws UNKNOWN_IMAGE or INVALID_BASE64. */
export async function readBytes(
  { id, base64, upload }: ImageInput,
  { store, imageFiles }: Pick<ImageInputContext, 'store' | 'imageFiles'>,
): Promise<Buffer> {
  if (id != null) {
    const row = await store.images.get(id)
    if (!row) throw errors.unknownImage({ id }, 'id')
    return imageFiles.read(id)
  }
  return upload ? upload.read() : fromBase64(base64 ?? '')
}

/** Throws IMAGE_SOURCE_AMBIGUOUS unless the image has exactly one source. */
export function requireOneSource({ id, base64, upload }: ImageInput): void {
  const given = Object.entries({ id, base64, upload }).flatMap(([name, value]) =>
    value == null ? [] : [name],
  )
  if (given.length !== 1) throw errors.imageSourceAmbiguous({ given })
}

const dataUrl = /^data:[^,]*;base64,/

function fromBase64(text: string): Buffer {
  const base64 = text.replace(dataUrl, '').replace(/\s/g, '')
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(base64)) throw errors.invalidBase64({}, 'base64')
  return Buffer.from(base64, 'base64')
}
