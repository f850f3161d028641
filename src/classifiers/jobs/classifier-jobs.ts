import { errors, type ShotboardError } from '../../errors.js'
import type { Changes } from '../../jobs/changes.js'
import { failOnError } from '../../jobs/fail-on-error.js'
import { hasEnded } from '../../jobs/has-ended.js'
import type { JobQueue } from '../../jobs/job-queue.js'
import { createProgress } from '../../jobs/progress.js'
import { createRecordedJobs } from '../../jobs/recorded-jobs.js'
import type { ClassifierJobResult, ClassifierJobRow } from '../../store/classifier-jobs.js'
import type { Store } from '../../store/store.js'
import { runInScope } from '../../system/work-scope.js'
import type { Classifiers, CreateClassifierInput } from '../classifiers.js'
import type { Encoding } from '../encode-first.js'
import { type EvaluatedImages, imagesToEvaluate } from '../evaluate-classifier.js'

export interface EvaluateClassifierInput extends EvaluatedImages {
  /** Its name or its id. */
  readonly classifier: string
  /** The version in use by default. */
  readonly version?: number | null
}

/**
 * Makes and evaluates classifiers in the background. Images that are not encoded yet are encoded first, which is what takes long:
 * their features are kept, so that a job that is continued encodes the rest.
 */
export interface ClassifierJobs {
  /**
   * Queues the making of a classifier. Once this resolves, it survives restarts of the process. Throws what `Classifiers.create`
   * throws before it fits, and then queues nothing.
   */
  create(input: CreateClassifierInput): Promise<ClassifierJobRow>
  /** Queues the making of a new version, which is then in use. Throws what `Classifiers.update` throws before it fits. */
  update(input: CreateClassifierInput): Promise<ClassifierJobRow>
  /** Queues an evaluation. Throws what `Classifiers.evaluate` throws before it encodes. */
  evaluate(input: EvaluateClassifierInput): Promise<ClassifierJobRow>
  /** Stops one; `continue` can continue it. Throws UNKNOWN_CLASSIFIER_JOB or CLASSIFIER_JOB_FINISHED. */
  cancel(id: string): Promise<ClassifierJobRow>
  /** Continues one that failed or was cancelled. Throws UNKNOWN_CLASSIFIER_JOB, or CLASSIFIER_JOB_FINISHED if it has succeeded. */
  continue(id: string): Promise<ClassifierJobRow>
  /** Deletes the record; what it has made stays. Throws UNKNOWN_CLASSIFIER_JOB, or IN_USE while it has not ended. */
  delete(id: string): Promise<void>
  /** Resolves once it has ended. Throws UNKNOWN_CLASSIFIER_JOB. */
  ended(id: string): Promise<ClassifierJobRow>
  /** Emits its state, and then the latest after changes, at most twice a second, until it has ended. Throws UNKNOWN_CLASSIFIER_JOB. */
  watch(id: string): Promise<AsyncIterableIterator<ClassifierJobRow>>
  /** Resumes those that a stop interrupted. */
  resume(): Promise<void>
}

export interface ClassifierJobsContext {
  readonly store: Store
  readonly queue: JobQueue
  readonly changes: Changes
  readonly classifiers: Pick<Classifiers, 'create' | 'update' | 'plan' | 'load' | 'get' | 'evaluate'>
  /** Called with every fault of the disk or the database after which a job is retried. */
  readonly onFault: (id: string, fault: ShotboardError) => void
}

/** Encoding uses all cores. */
const jobsAtOnce = 1

export function createClassifierJobs(context: ClassifierJobsContext): ClassifierJobs {
  const { store, queue, changes, classifiers } = context
  const records = store.classifierJobs

  const jobs = createRecordedJobs<ClassifierJobRow>({
    queue,
    kind: 'classifier',
    concurrency: jobsAtOnce,
    records,
    changes,
    run: perform,
    fail,
    park: (id, { message, code }) => records.park(id, { error: message, errorCode: code }),
    onFault: context.onFault,
    writeCancelled: ({ id }) => records.end(id, { status: 'CANCELLED' }),
    notFoundError: errors.unknownClassifierJob,
    finishedError: errors.classifierJobFinished,
  })

  async function perform(id: string, signal: AbortSignal): Promise<void> {
    const row = await records.get(id)
    if (!row || hasEnded(row)) return
    await failOnError(
      signal,
      (error) => fail(id, error),
      async () => {
        // What it computes stops with it, and has its turns with the other jobs.
        const result = await runInScope({ client: '', connection: '', signal }, () => work(row, signal))
        await records.succeed(id, result)
      },
    )
  }

  function fail(id: string, { message, code }: ShotboardError): Promise<void> {
    return records.end(id, { status: 'FAILED', error: message, errorCode: code })
  }

  async function work(row: ClassifierJobRow, signal: AbortSignal): Promise<ClassifierJobResult> {
    if (row.kind !== 'EVALUATE') return makeVersion(row, signal)
    const { classifier, ...images } = row.input as EvaluateClassifierInput
    const { dataset, ...result } = await encoding(row, signal, (told) =>
      classifiers.evaluate(row.classifierId ?? classifier, images, told),
    )
    return { result }
  }

  /** Makes the version that has the id of the job: a second attempt finds what the first has made. */
  async function makeVersion(row: ClassifierJobRow, signal: AbortSignal): Promise<ClassifierJobResult> {
    const made = await madeBy(row)
    if (made) return made
    const input = row.input as CreateClassifierInput
    try {
      const { id, current } = await encoding(row, signal, (told) =>
        classifiers[row.kind === 'CREATE' ? 'create' : 'update'](input, { id: row.id, encoding: told }),
      )
      return { classifierId: id, version: current }
    } catch (error) {
      const byAnother = await madeBy(row).catch(() => null)
      if (byAnother) return byAnother
      throw error
    }
  }

  async function madeBy({ id }: ClassifierJobRow): Promise<ClassifierJobResult | null> {
    const [version] = await store.classifiers.versionsById([id])
    return version ? { classifierId: version.classifierId, version: version.number } : null
  }

  /** Does work that tells of the images that it encodes, and stores the progress. */
  async function encoding<T>(
    { id, done: before }: ClassifierJobRow,
    signal: AbortSignal,
    doWork: (told: Encoding) => Promise<T>,
  ): Promise<T> {
    let missing = 0
    let progress: ReturnType<typeof createProgress> | undefined
    const result = await doWork({
      signal,
      async onMissing(images) {
        missing = images
        await records.begin(id, images)
        progress = createProgress({
          ...{ before: 0, total: images },
          write: (share) => records.progress(id, before + Math.round(share * images)),
        })
      },
      onEncoded: (images) => progress?.add(images),
    })
    await progress?.settled()
    if (missing > 0) await records.progress(id, before + missing)
    return result
  }

  async function start(kind: 'CREATE' | 'UPDATE', input: CreateClassifierInput): Promise<ClassifierJobRow> {
    const { name, classifierId, datasetId } = await classifiers.plan(input, kind === 'UPDATE')
    const row = await records.create({
      ...{ kind, classifierName: name, classifierId, version: null, datasetId },
      input: { ...input, name },
    })
    await jobs.enqueue(row.id)
    return row
  }

  return {
    create: (input) => start('CREATE', input),
    update: (input) => start('UPDATE', input),
    async evaluate(input) {
      const { id: classifierId } = await classifiers.get(input.classifier)
      const classifier = await classifiers.load(input.classifier, input.version)
      await imagesToEvaluate(store, classifier, input)
      const { name, number: version } = classifier
      const row = await records.create({
        ...{ kind: 'EVALUATE', classifierName: name, classifierId, version, datasetId: input.dataset },
        input: { ...input, version },
      })
      await jobs.enqueue(row.id)
      return row
    },
    cancel: jobs.cancel,
    async continue(id) {
      const { status } = await jobs.find(id)
      if (status === 'SUCCEEDED') throw errors.classifierJobFinished({ id, status }, 'id')
      if (await records.reopen(id)) await jobs.enqueue(id)
      return jobs.find(id)
    },
    async delete(id) {
      if (!hasEnded(await jobs.find(id))) throw errors.classifierJobNotFinished({ id }, 'id')
      // The job of a cancelled one may still be stopping.
      await jobs.ended(id)
      await records.delete(id)
    },
    ended: jobs.ended,
    watch: jobs.watch,
    resume: jobs.resume,
  }
}
