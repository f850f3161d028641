import pLimit from 'p-limit'
import { readObject } from '../../datasets/bucket-files.js'
import { errors, ShotboardError } from '../../errors.js'
import { imageName } from '../../sources/image-name.js'
import { unreadReason } from '../../sources/other-files.js'
import type { KeyRange } from '../../store/dataset-classifications.js'
import { imageIdOf } from '../../store/image-files.js'
import { type BucketObject, type BucketReader, byKey } from '../../store/objects/bucket-reader.js'
import { type ClassifiedImage, classify } from '../classify.js'
import type { LoadedClassifier } from '../load-classifier.js'
import type { WrittenAnswer } from './answer-file.js'

/** Objects that are read and classified together, and how many bytes they may have. */
const objectsAtOnce = 64
const bytesAtOnce = 64 * 2 ** 20
const requestsInFlight = 16

/**
 * A classifier's answers to the objects of a part of a bucket, in the order of their keys. Memory is bounded by what is read at once.
 * An object that is no image, or is gone, has its error. Throws BUCKET_UNREADABLE, CANCELLED, and PLUGIN_FAILED if the method fails.
 */
export async function classifyBucketPart(
  reader: BucketReader,
  classifier: LoadedClassifier,
  { afterKey, upToKey }: { readonly [Key in keyof KeyRange]: string | null },
  options: {
    readonly topK: number
    readonly maxMegabytes: number
    readonly signal: AbortSignal
    readonly onDone: (images: number) => Promise<void>
  },
): Promise<WrittenAnswer[]> {
  const { topK, maxMegabytes, signal, onDone } = options
  const answers: WrittenAnswer[] = []
  async function answer(some: readonly BucketObject[]): Promise<void> {
    if (some.length === 0) return
    signal.throwIfAborted()
    const images = await readAll(reader, some, maxMegabytes)
    signal.throwIfAborted()
    const classified = await classify(classifier, images, topK)
    for (const [i, { top, set, isNoneOfThese, isInSupportSet, error }] of classified.entries()) {
      answers.push({
        ...{ file: some[i]?.key ?? '', label: null, split: null, isNoneOfThese, isInSupportSet },
        image: images[i]?.bytes.length === 0 ? null : (images[i]?.id ?? null),
        top: top.map(({ class: { name }, probability }) => ({ class: name, probability })),
        set: set()?.map(({ name }) => name) ?? null,
        error: error?.code ?? null,
      })
    }
    await onDone(answers.length)
  }
  let some: BucketObject[] = []
  let bytes = 0
  for await (const object of reader.list(afterKey ?? undefined)) {
    if (upToKey !== null && byKey(object.key, upToKey) > 0) break
    if (some.length >= objectsAtOnce || bytes + object.bytes > bytesAtOnce) {
      await answer(some)
      some = []
      bytes = 0
    }
    some.push(object)
    if (object.bytes <= maxMegabytes * 2 ** 20) bytes += object.bytes
  }
  await answer(some)
  return answers
}

function readAll(
  reader: BucketReader,
  objects: readonly BucketObject[],
  maxMegabytes: number,
): Promise<ClassifiedImage[]> {
  const limit = pLimit(requestsInFlight)
  return Promise.all(
    objects.map((object) =>
      limit(async (): Promise<ClassifiedImage> => {
        try {
          requireImageName(object)
          const bytes = await readObject(reader, object, maxMegabytes)
          return { bytes, id: imageIdOf(bytes), error: null }
        } catch (error) {
          if (!(error instanceof ShotboardError) || !isOfObject(error)) throw error
          return { bytes: Buffer.alloc(0), id: object.key, error }
        }
      }),
    ),
  )
}

/** Whether an object alone is at fault, and not its bucket. */
const isOfObject = ({ code }: ShotboardError): boolean =>
  code !== errors.bucketUnreadable.code && code !== errors.storageFailed.code

/** Throws FILE_NOT_IMPORTED for an object that is no image by its name. */
function requireImageName({ key }: BucketObject): void {
  if (imageName.test(key)) return
  throw errors.fileNotImported({ reason: unreadReason(key) ?? 'its name is not that of an image' })
}
