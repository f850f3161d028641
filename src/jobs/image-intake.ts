import pLimit from 'p-limit'
import { checkImage } from '../encoders/image.js'
import { ShotboardError } from '../errors.js'
import type { NewImage } from '../store/datasets.js'
import type { Split } from '../store/generated/sqlite/enums.js'
import { type ImageFiles, imageIdOf } from '../store/image-files.js'
import { chunks, rowsPerStatement } from '../store/rows.js'
import type { Store } from '../store/store.js'

/** An image on its way into a dataset. */
export interface IncomingImage {
  readonly classIndex: number
  readonly split: Split
  /** Throws an error of ours for an image that cannot be read. */
  read(): Promise<Buffer>
}

/** An image that was not taken, and why. */
export interface RejectedImage {
  /** Among the images given, from 0. */
  readonly position: number
  readonly code: string
  readonly reason: string
}

/** The one way by which images come in. */
export interface ImageIntake {
  /**
   * Reads and checks images and stores their files, and when these are there to stay, hands them to `record`, which puts
   * them into the database: an image that the database knows has its file, whatever happens between. One that cannot be
   * read is rejected and stops no others.
   */
  take<T>(
    images: Iterable<IncomingImage> | AsyncIterable<IncomingImage>,
    record: (taken: readonly NewImage[], rejected: readonly RejectedImage[]) => Promise<T>,
  ): Promise<T>
  /** Removes the files of images that the database does not know, or not any more. */
  forget(ids: readonly string[]): Promise<void>
}

/** Images that are read at the same time, and that are decoded. */
const imagesInFlight = 8

/** Images that are held in memory together: so many, or so many bytes. */
const groupLimit = { images: 128, bytes: 16 * 2 ** 20 }

interface ReadImage extends IncomingImage {
  readonly position: number
  readonly id: string
  readonly bytes: Buffer
}

export function createImageIntake(context: {
  readonly store: Store
  readonly imageFiles: ImageFiles
  readonly maxMegapixels: number
}): ImageIntake {
  const { store, imageFiles, maxMegapixels } = context
  // Two requests with the same image at once must not both insert it.
  const oneAtATime = pLimit(1)

  // Nobody records an image between the question whether it is known and the removal of its file.
  const forget = (ids: readonly string[]): Promise<void> =>
    oneAtATime(async () => {
      for (const some of chunks([...new Set(ids)], rowsPerStatement)) {
        const known = new Set((await store.images.byIds(some)).map(({ id }) => id))
        await imageFiles.remove(some.filter((id) => !known.has(id)))
      }
    })

  return {
    async take(images, record) {
      const files = imageFiles.begin()
      const taken: (NewImage & { readonly position: number })[] = []
      const rejected: RejectedImage[] = []
      const reject = (position: number, error: unknown): void => {
        if (!(error instanceof ShotboardError)) throw error
        rejected.push({ position, code: error.code, reason: error.message })
      }

      async function storeOne(image: ReadImage, known: ReadonlyMap<string, Described>): Promise<void> {
        const { position, id, bytes, classIndex, split } = image
        try {
          // An image that is stored has been checked when it came.
          const { width, height, format } = known.get(id) ?? (await checkImage(bytes, maxMegapixels))
          if (!known.has(id)) await files.write(id, bytes)
          taken.push({ position, imageId: id, width, height, format, bytes: bytes.length, classIndex, split })
        } catch (error) {
          reject(position, error)
        }
      }

      try {
        const limit = pLimit(imagesInFlight)
        for await (const group of readGroups(images, reject)) {
          await Promise.all(group.map(({ id }) => files.hold(id)))
          const rows = await store.images.byIds([...new Set(group.map(({ id }) => id))])
          const known = new Map(rows.map((row) => [row.id, row]))
          await Promise.all(group.map((image) => limit(() => storeOne(image, known))))
        }
        taken.sort((a, b) => a.position - b.position)
        rejected.sort((a, b) => a.position - b.position)
        await files.save()
        return await oneAtATime(() =>
          record(
            taken.map(({ position, ...image }) => image),
            rejected,
          ),
        )
      } catch (error) {
        await files.release()
        await forget(taken.map(({ imageId }) => imageId))
        throw error
      } finally {
        await files.release()
      }
    },
    forget,
  }
}

type Described = Pick<NewImage, 'width' | 'height' | 'format'>

/** Reads images, some at a time, and hands them on in groups that memory has room for. */
async function* readGroups(
  images: Iterable<IncomingImage> | AsyncIterable<IncomingImage>,
  reject: (position: number, error: unknown) => void,
): AsyncGenerator<ReadImage[]> {
  let group: ReadImage[] = []
  let bytes = 0
  const reading = new Set<Promise<void>>()
  const read = async (image: IncomingImage, position: number): Promise<void> => {
    try {
      const content = await image.read()
      bytes += content.length
      group.push({ ...image, position, bytes: content, id: imageIdOf(content) })
    } catch (error) {
      reject(position, error)
    }
  }

  let position = 0
  for await (const image of images) {
    const started = read(image, position++).finally(() => reading.delete(started))
    reading.add(started)
    if (reading.size >= imagesInFlight) await Promise.race(reading)
    if (group.length + reading.size >= groupLimit.images || bytes >= groupLimit.bytes) {
      await Promise.all(reading)
      yield group
      group = []
      bytes = 0
    }
  }
  await Promise.all(reading)
  if (group.length > 0) yield group
}
