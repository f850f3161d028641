import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { ImageInput, ImageInputContext } from '../datasets/image-input.js'
import { errors } from '../errors.js'
import type { ClassifierRow, ClassifierVersionRow } from '../store/classifiers.js'
import { unfinishedStatus } from '../store/rows.js'
import type { Store } from '../store/store.js'
import { createPromiseCache } from '../system/promise-cache.js'
import { throwIfStopped } from '../system/work-scope.js'
import type { ClassifierFiles } from './classifier-files.js'
import {
  type ClassifierRequestContext,
  type ClassifierSource,
  readClassifierRequest,
} from './classifier-request.js'
import { type Classification, type ClassifiedImage, classify } from './classify.js'
import { type Encoding, encodeQuestion } from './encode-first.js'
import { type ClassifierEvaluation, type EvaluatedImages, evaluateClassifier } from './evaluate-classifier.js'
import {
  type ExportedFiles,
  type ExportOptions,
  exportClassifier,
  modelNameOf,
} from './export/export-classifier.js'
import { createFits, type FitsContext } from './fits.js'
import { type FreezeContext, freeze } from './freeze.js'
import { type Frozen, parseFrozen } from './frozen.js'
import { type GivenImage, readGivenBytes } from './given-images.js'
import { type LoadContext, type LoadedClassifier, loadClassifier, requirementsOf } from './load-classifier.js'
import { requireTopK } from './predict.js'

export interface CreateClassifierInput extends ClassifierSource {
  readonly name: string
}

export interface ClassifyInput {
  /** Its name or its id. */
  readonly classifier: string
  /** The version in use by default. */
  readonly version?: number | null
  readonly images: readonly ImageInput[]
  readonly topK: number
}

/** An image of a request with its answer. */
export interface ClassifiedGiven extends Classification {
  readonly image: GivenImage
}

/** How a version is made. */
export interface VersionWork {
  /** Its id; a new one by default. */
  readonly id?: string
  /** Has its images encoded first, and is told of it. */
  readonly encoding?: Encoding
}

/** What will be made, if nothing changes in between. */
export interface PlannedVersion {
  readonly name: string
  /** The classifier that gets another version; null if it is the first of a new one. */
  readonly classifierId: string | null
  readonly datasetId: string
}

/** Classifiers in use. A version never changes, and its answers do not either. */
export interface Classifiers {
  /**
   * Fits and freezes a classifier. Throws INVALID_VALUE for an empty name, CLASSIFIER_EXISTS, the errors of
   * `readClassifierRequest` and of the method's fit, and then stores nothing.
   */
  create(input: CreateClassifierInput, work?: VersionWork): Promise<ClassifierRow>
  /** Makes a new version of the classifier of that name and puts it in use. Throws UNKNOWN_CLASSIFIER, and as `create`. */
  update(input: CreateClassifierInput, work?: VersionWork): Promise<ClassifierRow>
  /** Checks what `create`, or `update` of a classifier that `exists`, is to make, and fits nothing. Throws as they do before they fit. */
  plan(input: CreateClassifierInput, exists: boolean): Promise<PlannedVersion>
  /**
   * Puts an earlier version in use, by default the one before. Throws UNKNOWN_CLASSIFIER, UNKNOWN_CLASSIFIER_VERSION, or
   * INVALID_VALUE if there is none before.
   */
  rollback(classifier: string, version?: number | null): Promise<ClassifierRow>
  /**
   * Deletes a classifier with all its versions, and returns its id. Throws UNKNOWN_CLASSIFIER, or IN_USE while it classifies a
   * dataset, or while a job evaluates it or makes a version of it.
   */
  delete(classifier: string): Promise<string>
  /** Throws UNKNOWN_CLASSIFIER. */
  get(classifier: string): Promise<ClassifierRow>
  /** Loads a version, by default the one in use. Throws as `loadClassifier`, UNKNOWN_CLASSIFIER and UNKNOWN_CLASSIFIER_VERSION. */
  load(classifier: string, version?: number | null): Promise<LoadedClassifier>
  /** Classifies the images of a request; see `classify`. Throws as `load` and `readGivenBytes`. */
  classify(input: ClassifyInput): Promise<ClassifiedGiven[]>
  /** Classifies images that have been read; see `classify`. */
  classifyRead(
    classifier: LoadedClassifier,
    images: readonly ClassifiedImage[],
    topK: number,
  ): Promise<Classification[]>
  /** Measures a version, by default the one in use, on a dataset; see `evaluateClassifier`. Throws as `load`. */
  evaluate(
    classifier: string,
    images: EvaluatedImages & { readonly version?: number | null },
    encoding?: Encoding,
  ): Promise<ClassifierEvaluation>
  /** Exports a version, by default the one in use; see `exportClassifier`. Throws as `load`. */
  exported(
    classifier: string,
    options?: ExportOptions & { readonly version?: number | null },
  ): Promise<{ readonly name: string; readonly files: ExportedFiles }>
  /** Why a version cannot answer here and now; null if it can. */
  problemOf(name: string, version: ClassifierVersionRow): string | null
}

export interface ClassifiersContext
  extends ClassifierRequestContext,
    FitsContext,
    FreezeContext,
    LoadContext,
    ImageInputContext {
  readonly store: Store
  readonly classifierFiles: ClassifierFiles
}

/** How many loaded versions are kept in memory. */
const maxLoaded = 16

export function createClassifiers(context: ClassifiersContext): Classifiers {
  const { store, classifierFiles } = context
  const fits = createFits(context)
  const loaded = createPromiseCache<LoadedClassifier>(maxLoaded)
  /** Versions that were read, with what they froze: neither ever changes. */
  const versions = createPromiseCache<{ readonly version: ClassifierVersionRow; readonly frozen: Frozen }>(
    maxLoaded,
  )

  /** What requests were answered by, by the classifier and the version that they asked for. */
  const answeredLast = new LRUCache<string, LoadedClassifier>({ max: maxLoaded })

  async function make<T>(
    input: ClassifierSource,
    { id = randomUUID(), encoding }: VersionWork,
    save: (version: Parameters<typeof store.classifiers.create>[1]) => Promise<T>,
  ): Promise<T> {
    const request = await readClassifierRequest(context, input)
    const { question } = request
    if (encoding) await encodeQuestion(context, question, fits.basesOf(question), encoding)
    const { row, tensors } = await freeze(context, fits, request)
    throwIfStopped(encoding?.signal)
    await classifierFiles.write(id, tensors)
    try {
      return await save({ id, ...row })
    } catch (error) {
      // Another process that did the same may have stored the version, whose file this is then.
      if ((await store.classifiers.knownVersions([id])).length === 0) await classifierFiles.remove([id])
      throw error
    }
  }

  async function requireNew(input: CreateClassifierInput): Promise<string> {
    const name = parseName(input.name)
    if (await store.classifiers.find(name)) throw errors.classifierExists({ name }, 'name')
    return name
  }

  async function get(nameOrId: string, argument = 'classifier'): Promise<ClassifierRow> {
    const found = await store.classifiers.find(nameOrId)
    if (found) return found
    const { nodes } = await store.classifiers.page({ first: maxNamed }, {})
    throw errors.unknownClassifier({ name: nameOrId, known: nodes.map(({ name }) => name) }, argument)
  }

  async function versionOf(row: ClassifierRow, number: number): Promise<ClassifierVersionRow> {
    const version = await store.classifiers.version(row.id, number)
    if (version) return version
    const known = (await store.classifiers.versionsOf([row.id])).get(row.id) ?? []
    throw errors.unknownClassifierVersion(
      { name: row.name, version: number, known: known.map((each) => each.number) },
      'version',
    )
  }

  async function load(classifier: string, number?: number | null): Promise<LoadedClassifier> {
    const row = await get(classifier)
    const wanted = number ?? row.current
    const { version, frozen } = await versions.get(JSON.stringify([row.id, wanted]), async () => {
      const found = await versionOf(row, wanted)
      return { version: found, frozen: parseFrozen(found.frozen) }
    })
    // What the service has may change while the version does not.
    const { encoder, encoderSpace } = requirementsOf(context, frozen, (what) =>
      errors.classifierNeeds({ name: row.name, version: version.number, what }),
    )
    const key = JSON.stringify([version.id, encoder.spaceFingerprint(encoderSpace), encoderSpace])
    return loaded.get(key, () => loadClassifier(context, row.name, version))
  }

  return {
    async create(input, work = {}) {
      const name = await requireNew(input)
      return make(input, work, (version) => store.classifiers.create(name, version))
    },
    async update(input, work = {}) {
      const { id } = await get(input.name.trim(), 'name')
      return make(input, work, (version) => store.classifiers.addVersion(id, version))
    },
    async plan(input, exists) {
      const row = exists ? await get(input.name.trim(), 'name') : null
      const name = row ? row.name : await requireNew(input)
      const { question } = await readClassifierRequest(context, input)
      return { name, classifierId: row?.id ?? null, datasetId: question.supportSet.datasetId }
    },
    async rollback(classifier, number) {
      const row = await get(classifier)
      if (number == null && row.current === 1) {
        const reason = `Classifier "${row.name}" is at its first version, so there is none before.`
        throw errors.invalidValue({ reason }, 'version')
      }
      const version = await versionOf(row, number ?? row.current - 1)
      return store.classifiers.use(row.id, version.number)
    },
    async delete(classifier) {
      const { id, name } = await get(classifier)
      const open = { classifierId: id, status: unfinishedStatus }
      const [user] = (await store.datasetClassifications.page({ first: 1 }, open)).nodes
      if (user) {
        throw errors.inUse({ what: `classifier "${name}"`, by: `classification ${user.id}` }, 'classifier')
      }
      const [job] = (await store.classifierJobs.page({ first: 1 }, open)).nodes
      if (job)
        throw errors.inUse({ what: `classifier "${name}"`, by: `classifier job ${job.id}` }, 'classifier')
      await classifierFiles.remove(await store.classifiers.delete(id))
      return id
    },
    get,
    load,
    async classify({ classifier, version, images, topK }) {
      requireTopK(topK)
      if (images.length === 0) throw errors.emptyList({ what: 'image' }, 'images')
      const reading = readGivenBytes(images, context)
      // The classifier's error comes first; then that of the images is of no use.
      reading.catch(() => undefined)
      const key = JSON.stringify([classifier, version ?? null])
      const before = answeredLast.get(key)
      const likely = before && reading.then((given) => classify(before, given, topK))
      likely?.catch(() => undefined)
      // The image is on its way to its decoder before the database is asked.
      if (likely) await reading.then(nextTurn, () => undefined)
      const of = await load(classifier, version)
      answeredLast.set(key, of)
      const given = await reading
      const answers = likely && of === before ? await likely : await classify(of, given, topK)
      return given.map((image, i) => Object.assign(answers[i] as Classification, { image }))
    },
    classifyRead: classify,
    async evaluate(classifier, { version, ...images }, encoding) {
      return evaluateClassifier(context, await load(classifier, version), images, encoding)
    },
    async exported(classifier, { version, ...options } = {}) {
      const of = await load(classifier, version)
      return { name: modelNameOf(of.name), files: await exportClassifier(of, options) }
    },
    problemOf(name, version) {
      try {
        requirementsOf(context, parseFrozen(version.frozen), (what) =>
          errors.classifierNeeds({ name, version: version.number, what }),
        )
        return null
      } catch (error) {
        return error instanceof Error ? error.message : String(error)
      }
    },
  }
}

const nextTurn = () => setImmediate()

/** How many names an error lists. */
const maxNamed = 20
const maxNameCharacters = 200

/** Throws INVALID_VALUE. A name is a path's part and an argument of a command, too. */
function parseName(name: string): string {
  const trimmed = name.trim()
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (trimmed.length >= 1 && trimmed.length <= maxNameCharacters && !/[\x00-\x1f/\\]/.test(trimmed)) {
    return trimmed
  }
  const reason = `A classifier's name must have 1 to ${maxNameCharacters} characters, and no slash or control character.`
  throw errors.invalidValue({ reason }, 'name')
}
