import { objectsInChunks, readObjects } from '../../datasets/bucket-files.js'
import { errors } from '../../errors.js'
import { imageName } from '../../sources/image-name.js'
import { unreadReason } from '../../sources/other-files.js'
import type { KeyRange } from '../../store/dataset-classifications.js'
import { imageIdOf } from '../../store/image-files.js'
import { type BucketObject, type BucketReader, byKey } from '../../store/objects/bucket-reader.js'
import { classify } from '../classify.js'
import type { LoadedClassifier } from '../load-classifier.js'
import type { WrittenAnswer } from './answer-file.js'

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
  const objects = upTo(reader.list(afterKey ?? undefined), upToKey)
  for await (const some of objectsInChunks(objects, maxMegabytes)) {
    signal.throwIfAborted()
    const read = await readObjects(reader, some, maxMegabytes, requireImageName)
    signal.throwIfAborted()
    const images = read.map(({ key, bytes, error }) => ({ id: error ? key : imageIdOf(bytes), bytes, error }))
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
  return answers
}

async function* upTo(
  objects: AsyncIterable<BucketObject>,
  last: string | null,
): AsyncGenerator<BucketObject, void> {
  for await (const object of objects) {
    if (last !== null && byKey(object.key, last) > 0) return
    yield object
  }
}

/** Throws FILE_NOT_IMPORTED for an object that is no image by its name. */
function requireImageName({ key }: BucketObject): void {
  if (imageName.test(key)) return
  throw errors.fileNotImported({ reason: unreadReason(key) ?? 'its name is not that of an image' })
}
