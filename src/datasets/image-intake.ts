import pLimit from 'p-limit'
import { ShotboardError } from '../errors.js'
import type { ImageWorkers } from '../images/workers/image-workers.js'
import type { NewImage } from '../store/datasets.js'
import type { Split } from '../store/enums.js'
import { type ImageFileBatch, type ImageFiles, imageIdOf } from '../store/image-files.js'
import type { ImageRow } from '../store/images.js'
import type { RecoveryMarkers } from '../store/recovery-markers.js'
import type { Store } from '../store/store.js'
import { isCancelled, throwIfCancelled, untilCancelled } from '../system/abort.js'
import { isStorageFault } from '../system/storage-fault.js'

/** An image to add to a dataset. */
export interface IncomingImage {
  readonly classIndex: number
  readonly split: Split
  /** Throws a ShotboardError if the image cannot be read. */
  read(): Promise<Buffer>
}

/** An image that was not added, with the reason. */
export interface RejectedImage {
  /** The position among the given images, from 0. */
  readonly position: number
  readonly code: string
  readonly reason: string
}

/** Adds and removes image files. Every image of a dataset is added here. */
export interface ImageIntake {
  /**
   * Reads and checks images, saves their files, and then calls `record`, which writes them to the database. Files come
   * first, so every image in the database has its file, even after a crash. An image that cannot be read is rejected, and
   * the others are added. Throws DISK_FULL, STORAGE_FAILED, DATABASE_UNAVAILABLE or CANCELLED, and then adds nothing.
   */
  store<T>(
    images: Iterable<IncomingImage> | AsyncIterable<IncomingImage>,
    record: (taken: readonly NewImage[], rejected: readonly RejectedImage[]) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>
  /** Removes the files of those images that are not in the database. */
  removeImages(ids: readonly string[]): Promise<void>
}

/** The number of images that are read, or decoded, at the same time. */
const imagesInFlight = 8

/** Images are held in memory in groups. A group is full when it reaches one of these limits. */
const groupLimit = { images: 128, bytes: 16 * 2 ** 20 }

interface ReadImage extends IncomingImage {
  readonly position: number
  readonly id: string
  readonly bytes: Buffer
}

export function createImageIntake(context: {
  readonly store: Store
  readonly imageFiles: ImageFiles
  readonly recoveryMarkers: RecoveryMarkers
  readonly imageWorkers: ImageWorkers
  readonly maxMegapixels: number
}): ImageIntake {
  const { store, imageFiles, imageWorkers, recoveryMarkers, maxMegapixels } = context
  // Two concurrent requests with the same image must not both insert it.
  const oneAtATime = pLimit(1)

  // The lock ensures that no image is recorded between the check and the removal of its file.
  const removeImages = (ids: readonly string[]): Promise<void> =>
    oneAtATime(async () => {
      const known = new Set(await store.images.known(ids))
      await imageFiles.remove(ids.filter((id) => !known.has(id)))
    })

  async function check(bytes: Buffer, signal?: AbortSignal): Promise<Described> {
    const checked = await untilCancelled(signal, imageWorkers.check(bytes, maxMegapixels))
    return { ...checked, cutShort: checked.isCutShort }
  }

  /** Checks an image and writes its file, unless the image is stored. Throws INVALID_IMAGE or IMAGE_TOO_LARGE. */
  async function storeFile(
    { id, bytes, classIndex, split }: ReadImage,
    stored: Described | undefined,
    files: ImageFileBatch,
    signal?: AbortSignal,
  ): Promise<NewImage> {
    // Stored images were checked when they were added.
    const described = stored ?? (await check(bytes, signal))
    if (!stored) await files.write(id, bytes)
    const { width, height, format, cutShort } = described
    return { imageId: id, width, height, format, cutShort, bytes: bytes.length, classIndex, split }
  }

  async function storeImages<T>(images: Incoming, record: Recorder<T>, signal?: AbortSignal): Promise<T> {
    const files = imageFiles.begin()
    const taken = new Map<number, NewImage>()
    const rejected = new Map<number, ShotboardError>()
    const limit = pLimit(imagesInFlight)
    try {
      for await (const group of readGroups(images, (position, error) => rejected.set(position, error))) {
        await Promise.all(group.map(({ id }) => files.hold(id)))
        const rows = await store.images.getMany([...new Set(group.map(({ id }) => id))])
        const stored = new Map(rows.map((row) => [row.id, row]))
        await allSettled(
          group.map((image) =>
            limit(async () => {
              throwIfCancelled(signal)
              try {
                taken.set(image.position, await storeFile(image, stored.get(image.id), files, signal))
              } catch (error) {
                if (!isImageError(error)) throw error
                rejected.set(image.position, error)
              }
            }),
          ),
        )
      }
      await files.save()
      const takenImages = sorted(taken).map(([, image]) => image)
      const rejectedImages = sorted(rejected).map(([position, { code, message }]) => ({
        position,
        code,
        reason: message,
      }))
      return await oneAtATime(() => record(takenImages, rejectedImages))
    } catch (error) {
      await files.release()
      await removeImages([...taken.values()].map(({ imageId }) => imageId))
      throw error
    } finally {
      await files.release()
    }
  }

  return {
    store: (images, record, signal) =>
      recoveryMarkers.during('adding', () => storeImages(images, record, signal)),
    removeImages,
  }
}

type Incoming = Parameters<ImageIntake['store']>[0]
type Recorder<T> = (taken: readonly NewImage[], rejected: readonly RejectedImage[]) => Promise<T>
type Described = Pick<ImageRow, 'width' | 'height' | 'format' | 'cutShort'>

/** Reads several images at a time and yields them in groups limited by `groupLimit`. */
async function* readGroups(
  images: Incoming,
  reject: (position: number, error: ShotboardError) => void,
): AsyncGenerator<ReadImage[]> {
  let group: ReadImage[] = []
  let bytes = 0
  let failure: unknown
  const reading = new Set<Promise<void>>()
  const read = async (image: IncomingImage, position: number): Promise<void> => {
    try {
      const content = await image.read()
      bytes += content.length
      group.push({ ...image, position, bytes: content, id: imageIdOf(content) })
    } catch (error) {
      if (isImageError(error)) reject(position, error)
      else failure = error
    }
  }

  let position = 0
  for await (const image of images) {
    const started = read(image, position++).finally(() => reading.delete(started))
    reading.add(started)
    if (reading.size >= imagesInFlight) await Promise.race(reading)
    if (failure) break
    if (group.length + reading.size >= groupLimit.images || bytes >= groupLimit.bytes) {
      await Promise.all(reading)
      yield group
      group = []
      bytes = 0
    }
  }
  await Promise.all(reading)
  if (failure) throw failure
  if (group.length > 0) yield group
}

/** Whether the image itself is at fault, and not the disk, the database or a cancellation. */
export const isImageError = (error: unknown): error is ShotboardError =>
  error instanceof ShotboardError && !isStorageFault(error) && !isCancelled(error)

/** Waits for all work to end, then throws the first error, so that no work continues after the error is thrown. */
async function allSettled(work: readonly Promise<unknown>[]): Promise<void> {
  for (const { status, ...result } of await Promise.allSettled(work)) {
    if (status === 'rejected' && 'reason' in result) throw result.reason
  }
}

const sorted = <T>(byPosition: ReadonlyMap<number, T>): [number, T][] =>
  [...byPosition].sort(([a], [b]) => a - b)
