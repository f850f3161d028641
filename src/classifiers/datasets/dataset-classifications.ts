import type { EncodedData } from '../../datasets/encoded-data.js'
import { errors, type ShotboardError } from '../../errors.js'
import type { Changes } from '../../jobs/changes.js'
import { failOnError } from '../../jobs/fail-on-error.js'
import { hasEnded } from '../../jobs/has-ended.js'
import type { Job } from '../../jobs/job.js'
import type { JobQueue } from '../../jobs/job-queue.js'
import { createRecordedJobs } from '../../jobs/recorded-jobs.js'
import { retryOnStorageFault } from '../../jobs/retry-on-storage-fault.js'
import { untilRecordEnds } from '../../jobs/until-record-ends.js'
import type {
  ClassificationPartRow,
  DatasetClassificationRow,
  ImagesToClassify,
} from '../../store/dataset-classifications.js'
import type { ClassificationFormat, Split } from '../../store/enums.js'
import type { BucketReader, BucketReading } from '../../store/objects/bucket-reader.js'
import type { ObjectStore } from '../../store/objects/object-store.js'
import type { Store } from '../../store/store.js'
import { requireSplitOrUnlabelled } from '../evaluate-classifier.js'
import type { LoadedClassifier } from '../load-classifier.js'
import { endingOf, type WrittenAnswer, writeAnswers } from './answer-file.js'
import { classifyBucketPart } from './classify-bucket-part.js'
import { classifyImages } from './classify-images.js'

export interface ClassifyDatasetInput {
  /** Its name or its id. */
  readonly classifier: string
  /** The version in use by default. */
  readonly version?: number | null
  /** The images of a dataset, */
  readonly dataset?: string | null
  /** or the objects of a bucket: `s3://BUCKET/PREFIX`. */
  readonly bucket?: string | null
  /** Only images of this split; all that have a label by default. */
  readonly split?: Split | null
  /** The images without a label, instead. */
  readonly unlabelled?: boolean | null
  /** How many classes to tell of an image; 1 by default. */
  readonly topK?: number | null
  /** CSV by default. */
  readonly format?: ClassificationFormat | null
}

/** Classifications of the images of datasets: jobs that write answers to files, a part at a time. */
export interface DatasetClassifications {
  /**
   * Queues a classification of the images that the dataset has now. Once this resolves, it survives restarts of the process.
   * Throws UNKNOWN_CLASSIFIER, UNKNOWN_CLASSIFIER_VERSION, CLASSIFIER_NOT_USABLE, UNKNOWN_DATASET, BUCKET_NOT_ALLOWED,
   * BUCKET_UNREADABLE, BUCKET_EMPTY, or INVALID_VALUE at the argument at fault, and then queues nothing.
   */
  classify(input: ClassifyDatasetInput): Promise<DatasetClassificationRow>
  /** Stops one; `continue` can continue it. Throws UNKNOWN_CLASSIFICATION or CLASSIFICATION_FINISHED. */
  cancel(id: string): Promise<DatasetClassificationRow>
  /**
   * Continues one that failed or was cancelled with the parts that are missing. Throws UNKNOWN_CLASSIFICATION, or
   * CLASSIFICATION_FINISHED if it has succeeded.
   */
  continue(id: string): Promise<DatasetClassificationRow>
  /** Deletes one with its files. Throws UNKNOWN_CLASSIFICATION, or IN_USE while it has not ended. */
  delete(id: string): Promise<void>
  /** Resolves once it has ended. Throws UNKNOWN_CLASSIFICATION. */
  ended(id: string): Promise<DatasetClassificationRow>
  /** Emits its state, and then the latest after changes, at most twice a second, until it has ended. Throws UNKNOWN_CLASSIFICATION. */
  watch(id: string): Promise<AsyncIterableIterator<DatasetClassificationRow>>
  /** The file of a part that is done. Throws UNKNOWN_CLASSIFICATION, UNKNOWN_PART, and faults of the disk. */
  file(id: string, number: number): Promise<AnswerFile>
  /** Resumes those that a stop interrupted. */
  resume(): Promise<void>
}

export interface AnswerFile {
  readonly name: string
  readonly format: ClassificationFormat
  readonly content: Uint8Array
}

export interface DatasetClassificationsContext {
  readonly store: Store
  readonly queue: JobQueue
  readonly changes: Changes
  readonly objects: ObjectStore
  readonly encodedData: EncodedData
  readonly loadClassifier: (classifier: string, version?: number | null) => Promise<LoadedClassifier>
  readonly classifierId: (classifier: string) => Promise<string>
  /** Opens a bucket of a request. Throws BUCKET_NOT_ALLOWED and BUCKET_UNREADABLE. */
  readonly openBucket: (url: string, reading?: BucketReading) => Promise<BucketReader>
  /** The largest object of a bucket that is read. */
  readonly maxMegabytes: number
  /** The number of parts that this process takes from a shared queue at the same time. */
  readonly concurrency: number
  /** Images of a part, whose answers are one file; 5,000 by default. */
  readonly imagesPerPart?: number
  /** Called with every fault of the disk or the database after which a job is retried. */
  readonly onFault: (id: string, fault: ShotboardError) => void
}

const defaultImagesPerPart = 5000
/** Images that are encoded and classified together; between them progress is told. */
const imagesAtOnce = 500
/** Encoding uses all cores. */
const classificationsAtOnce = 1
/** Of several machines, the planning alone. */
const plansAtOnce = 4
/** A part is not started again once its process has ended this often without stopping it. */
const maxPartStarts = 10
const maxTopK = 20

export function createDatasetClassifications(context: DatasetClassificationsContext): DatasetClassifications {
  const { store, queue, changes, objects, encodedData, concurrency } = context
  const { imagesPerPart = defaultImagesPerPart } = context
  const records = store.datasetClassifications

  const jobs = createRecordedJobs<DatasetClassificationRow>({
    queue,
    kind: 'classify',
    concurrency: queue.isShared ? plansAtOnce : classificationsAtOnce,
    records,
    changes,
    run: (id, signal) =>
      ending(id, signal, () => (queue.isShared ? plan(id, signal) : classifyAll(id, signal))),
    fail,
    park: (id, { message, code }) => records.park(id, { error: message, errorCode: code }),
    onFault: context.onFault,
    writeCancelled: ({ id }) => records.end(id, { status: 'CANCELLED' }),
    notFoundError: errors.unknownClassification,
    finishedError: errors.classificationFinished,
  })

  function fail(id: string, { message, code }: ShotboardError): Promise<void> {
    return records.end(id, { status: 'FAILED', error: message, errorCode: code })
  }
  /** Work on a classification, whose error fails it. */
  const ending = (id: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> =>
    failOnError(signal, (error) => fail(id, error), work)

  async function classifyAll(id: string, signal: AbortSignal): Promise<void> {
    const row = await records.get(id)
    if (!row || hasEnded(row)) return
    await records.begin(id)
    await listBucket(row, signal)
    for (const part of await records.parts(id)) {
      if (!hasEnded(part)) await classifyPart(row, part, signal)
    }
    await records.end(id, { status: 'SUCCEEDED' })
  }

  /** Queues the parts that are missing, for all machines. */
  async function plan(id: string, signal: AbortSignal): Promise<void> {
    const row = await records.get(id)
    if (!row || hasEnded(row)) return
    await records.begin(id)
    if (!(await listBucket(row, signal))) return
    const open = (await records.parts(id)).filter((part) => !hasEnded(part))
    if (open.length === 0) await records.end(id, { status: 'SUCCEEDED' })
    for (const { number } of open) await queue.add(partJob(id, number))
  }

  async function performPart({ id, part: number }: Job, signal: AbortSignal): Promise<void> {
    const row = await records.get(id)
    const part = await records.part(id, Number(number))
    if (!row || hasEnded(row) || !part || hasEnded(part)) return
    const starts = await records.countPartStart(part.id)
    try {
      await ending(id, signal, async () => {
        if (starts > maxPartStarts) throw errors.jobEndedProcess({ times: maxPartStarts })
        await classifyPart(row, part, signal)
        const isListed = (await records.get(id))?.isListed ?? false
        if (isListed && (await records.parts(id)).every(hasEnded))
          await records.end(id, { status: 'SUCCEEDED' })
      })
    } finally {
      await records.forgetPartStarts(part.id).catch(() => undefined)
    }
  }

  /** Lists what is not listed of a bucket yet. Returns false if another process lists it, too. */
  async function listBucket(row: DatasetClassificationRow, signal: AbortSignal): Promise<boolean> {
    const { id, bucket, isListed } = row
    if (bucket === null || isListed) return true
    const known = await records.parts(id)
    let afterKey = known.at(-1)?.upToKey ?? null
    let number = known.length
    const reader = await context.openBucket(bucket, { forJob: true })
    const add = async (images: number, upToKey: string) => {
      number += 1
      const isAdded = await records.addPart(id, number, images, { afterKey, upToKey })
      afterKey = upToKey
      return isAdded
    }
    let last = ''
    let images = 0
    for await (const { key } of reader.list(afterKey ?? undefined)) {
      signal.throwIfAborted()
      last = key
      images += 1
      if (images < imagesPerPart) continue
      if (!(await add(images, key))) return false
      images = 0
    }
    if (images > 0 && !(await add(images, last))) return false
    await records.endListing(id)
    return true
  }

  async function classifyPart(
    row: DatasetClassificationRow,
    part: ClassificationPartRow,
    signal: AbortSignal,
  ): Promise<void> {
    const { classifierId, version, topK } = row
    const classifier = await context.loadClassifier(classifierId, version)
    if (row.bucket !== null) {
      const reader = await context.openBucket(row.bucket, { forJob: true })
      const answers = await classifyBucketPart(reader, classifier, part, {
        ...{ topK, signal, maxMegabytes: context.maxMegabytes },
        onDone: (done) => records.partProgress(part, done),
      })
      return writePart(row, part, answers)
    }
    const images = imagesOf(row)
    const classNames = (await store.datasets.classes(images.datasetId)).map(({ name }) => name)
    const all = await records.imagesIn(images, part)
    const answers: WrittenAnswer[] = []
    for (let from = 0; from < all.length; from += imagesAtOnce) {
      signal.throwIfAborted()
      const some = all.slice(from, from + imagesAtOnce)
      answers.push(...(await classifyImages(encodedData, classifier, some, { topK, classNames, signal })))
      await records.partProgress(part, answers.length)
    }
    await writePart(row, part, answers)
  }

  async function writePart(
    row: DatasetClassificationRow,
    part: ClassificationPartRow,
    answers: readonly WrittenAnswer[],
  ): Promise<void> {
    const content = writeAnswers(answers, { ...row, withFiles: row.bucket !== null })
    await objects.put(keyOf(row, part.number), content)
    await records.endPart(part, {
      ...{ done: answers.length, bytes: content.byteLength },
      unread: answers.filter(({ error }) => error !== null).length,
    })
  }

  if (queue.isShared) {
    queue.handle(
      'classify-part',
      (job, signal) =>
        untilRecordEnds({ id: job.id, signal, get: records.get, watch: changes.watch }, (own) =>
          retryOnStorageFault(() => performPart(job, own), {
            signal: own,
            onFault: async (fault) => context.onFault(job.id, fault),
          }),
        ),
      concurrency,
    )
  }

  return {
    async classify({ split = null, unlabelled, topK, format, bucket, ...of }) {
      requireOneOf(of.dataset, bucket)
      const classifier = await context.loadClassifier(of.classifier, of.version)
      if (bucket != null) {
        requireNoImages(split, unlabelled)
        await requireObjects(await context.openBucket(bucket))
        const row = await records.createForBucket({
          classifierId: await context.classifierId(of.classifier),
          ...{ classifierName: classifier.name, version: classifier.number, bucket },
          ...{ datasetId: null, split: null, unlabelled: false, images: 0 },
          topK: parseTopK(topK ?? 1, classifier.classes.length),
          format: format ?? 'CSV',
        })
        await jobs.enqueue(row.id)
        return row
      }
      if (of.dataset == null) throw errors.emptyList({ what: 'dataset' }, 'dataset')
      const dataset = await store.datasets.get(of.dataset)
      if (!dataset) throw errors.unknownDataset({ id: of.dataset }, 'dataset')
      const images: ImagesToClassify = {
        ...{ datasetId: dataset.id, split, unlabelled: unlabelled ?? false },
      }
      requireSplitOrUnlabelled(images)
      const request = {
        ...images,
        classifierId: await context.classifierId(of.classifier),
        ...{ classifierName: classifier.name, version: classifier.number },
        topK: parseTopK(topK ?? 1, classifier.classes.length),
        format: format ?? ('CSV' as const),
        images: await records.count(images),
      }
      if (request.images === 0) {
        const which = images.unlabelled ? 'images without a label' : `images${split ? ` in ${split}` : ''}`
        const reason = `Dataset "${dataset.name}" has no ${which}.`
        throw errors.invalidValue({ reason }, images.unlabelled ? 'unlabelled' : 'split')
      }
      const row = await records.create(request, await records.ranges(images, imagesPerPart))
      await jobs.enqueue(row.id)
      return row
    },
    async cancel(id) {
      const row = await jobs.cancel(id)
      if (queue.isShared) {
        for (const { number } of (await records.parts(id)).filter((part) => !hasEnded(part))) {
          await queue.cancel(partJob(id, number))
        }
      }
      return row
    },
    async continue(id) {
      const { status } = await jobs.find(id)
      if (status === 'SUCCEEDED') throw errors.classificationFinished({ id, status }, 'id')
      if (await records.reopen(id)) await jobs.enqueue(id)
      return jobs.find(id)
    },
    async delete(id) {
      const row = await jobs.find(id)
      if (!hasEnded(row)) throw errors.classificationNotFinished({ id }, 'id')
      // The job of a cancelled one may still be stopping.
      await jobs.ended(id)
      const keys = (await records.parts(id)).map(({ number }) => keyOf(row, number))
      await records.delete(id)
      await objects.delete(keys)
    },
    ended: jobs.ended,
    watch: jobs.watch,
    async file(id, number) {
      const row = await jobs.find(id)
      const part = await records.part(id, number)
      if (!part || !hasEnded(part)) throw errors.unknownPart({ id, number }, 'part')
      const content = await objects.get(keyOf(row, number))
      if (!content) throw errors.partUnreadable({ id, number }, 'part')
      return { name: fileName(row, number), format: row.format, content }
    },
    resume: jobs.resume,
  }
}

const partJob = (id: string, number: number): Job => ({ kind: 'classify-part', id, part: String(number) })

/** The name of the file of a part, in which numbers sort as texts. */
export const fileName = ({ format }: Pick<DatasetClassificationRow, 'format'>, number: number): string =>
  `part-${String(number).padStart(5, '0')}${endingOf(format)}`

const keyOf = (row: DatasetClassificationRow, number: number): string =>
  `classifications/${row.id}/${fileName(row, number)}`

function imagesOf({ datasetId, split, unlabelled }: DatasetClassificationRow): ImagesToClassify {
  if (datasetId === null) throw errors.unknownDataset({ id: 'of this classification' })
  return { datasetId, split, unlabelled }
}

/** Throws INVALID_VALUE unless a dataset or a bucket is given. */
function requireOneOf(dataset: string | null | undefined, bucket: string | null | undefined): void {
  if ((dataset == null) !== (bucket == null)) return
  const reason = dataset == null ? 'Give a dataset or a bucket.' : 'Give a dataset or a bucket, not both.'
  throw errors.invalidValue({ reason }, 'bucket')
}

/** Throws INVALID_VALUE if images of a dataset are chosen, of which a bucket knows nothing. */
function requireNoImages(split: Split | null, unlabelled: boolean | null | undefined): void {
  if (split !== null)
    throw errors.invalidValue({ reason: 'The objects of a bucket are in no split.' }, 'split')
  if (unlabelled)
    throw errors.invalidValue({ reason: 'The objects of a bucket have no labels anyway.' }, 'unlabelled')
}

/** Throws BUCKET_EMPTY if there is nothing to classify, or BUCKET_UNREADABLE. */
async function requireObjects(reader: BucketReader): Promise<void> {
  const { value } = await reader.list().next()
  if (!value) throw errors.bucketEmpty(reader.address, 'bucket')
}

function parseTopK(topK: number, classes: number): number {
  if (Number.isInteger(topK) && topK >= 1 && topK <= maxTopK) return Math.min(topK, classes)
  const reason = `topK must be a whole number from 1 to ${maxTopK}, not ${topK}.`
  throw errors.invalidValue({ reason }, 'topK')
}
