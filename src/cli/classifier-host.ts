import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import {
  ClassifyDocument,
  type ClassifyQuery,
  type ClientOptions,
  createClient,
  ShotboardClientError,
} from 'shotboard/client'
import { type Library, openLibrary, type ReadFile } from '../library/index.js'
import { readSettings } from '../settings/settings.js'

/** The answer to one file. */
export interface ClassifiedFile {
  readonly file: string
  /** The SHA-256 of its bytes. */
  readonly id: string
  readonly error: { readonly code: string; readonly message: string } | null
  readonly top: readonly { readonly class: string; readonly probability: number }[]
  readonly set: readonly string[] | null
  readonly isNoneOfThese: boolean | null
  readonly isInSupportSet: boolean
}

/** A classifier here or on a service. */
export interface ClassifierHost {
  /** Its classes; null if they are not known before the first answer. */
  readonly classes: readonly string[] | null
  /** One answer for each file. */
  classify(files: readonly ReadFile[]): Promise<readonly ClassifiedFile[]>
  close(): Promise<void>
}

export interface HostedClassifier {
  readonly classifier: string
  readonly version?: number
  readonly topK: number
}

/** A classifier of the local data folder. Throws as `openLibrary` and `Classifiers.load`. */
export async function localClassifier({
  classifier,
  version,
  topK,
}: HostedClassifier): Promise<ClassifierHost> {
  const library: Library = await openLibrary(readSettings(process.env), {
    onError: (job, error) => console.error(`${job}:`, error),
  })
  try {
    const loaded = await library.classifiers.load(classifier, version)
    return {
      classes: loaded.classes.map(({ name }) => name),
      close: library.close,
      async classify(files) {
        const images = files.map(({ bytes, error }) => ({ id: idOf(bytes), bytes, error }))
        const answers = await library.classifiers.classifyRead(loaded, images, topK)
        return answers.map(({ error, top, set, isNoneOfThese, isInSupportSet }, i) => ({
          ...{ file: files[i]?.file ?? '', id: images[i]?.id ?? '' },
          error: error && { code: error.code, message: error.message },
          top: top.map((each) => ({ class: each.class.name, probability: each.probability })),
          set: set()?.map(({ name }) => name) ?? null,
          ...{ isNoneOfThese, isInSupportSet },
        }))
      },
    }
  } catch (error) {
    await library.close()
    throw error
  }
}

type RemoteAnswer = ClassifyQuery['classify'][number]
type Refusal = NonNullable<ClassifiedFile['error']>

const noAnswer: Refusal = { code: 'INTERNAL_SERVER_ERROR', message: 'There is no answer.' }

/** The codes of a service that takes fewer or smaller images at a time. */
const tooMuch: readonly string[] = [
  'REQUEST_TOO_LARGE',
  'TOO_MANY_IMAGES',
  'TOO_MANY_FILES',
  'QUERY_TOO_COSTLY',
]

/** Images of one request to a service. */
const imagesPerRequest = 16

/** A classifier of a service. `classify` throws a ShotboardClientError. */
export async function remoteClassifier(
  { classifier, version, topK }: HostedClassifier,
  options: ClientOptions,
): Promise<ClassifierHost> {
  const client = createClient(options)
  const ask = async (files: readonly ReadFile[]): Promise<RemoteAnswer[]> => {
    if (files.length === 0) return []
    const images = files.map(({ bytes, file }) => ({
      upload: new File([new Uint8Array(bytes)], basename(file)),
    }))
    const { classify } = await client.request(ClassifyDocument, {
      ...{ classifier, images, topK },
      ...(version !== undefined && { version }),
    })
    return [...classify]
  }
  /** One answer for each file, in as many requests as the service's limits need; an image that alone is above them has its error. */
  async function answersTo(files: readonly ReadFile[]): Promise<(RemoteAnswer | Refusal)[]> {
    try {
      return await ask(files)
    } catch (error) {
      if (!(error instanceof ShotboardClientError) || !tooMuch.includes(error.code)) throw error
      const { code, message } = error
      if (files.length === 1) return [{ code, message }]
      const half = Math.ceil(files.length / 2)
      return [...(await answersTo(files.slice(0, half))), ...(await answersTo(files.slice(half)))]
    }
  }
  async function classifySome(files: readonly ReadFile[]): Promise<ClassifiedFile[]> {
    const answers = await answersTo(files.filter(({ error }) => error === null))
    let next = 0
    return files.map(({ file, bytes, error }) => {
      const answer = error ?? answers[next++] ?? noAnswer
      const id = idOf(bytes)
      if ('code' in answer) {
        const none = { top: [], set: null, isNoneOfThese: null, isInSupportSet: false }
        return { file, id, error: { code: answer.code, message: answer.message }, ...none }
      }
      return {
        ...{ file, id, error: answer.error ?? null },
        top: answer.top.map((each) => ({ class: each.class.name, probability: each.probability })),
        set: answer.set?.map(({ name }) => name) ?? null,
        isNoneOfThese: answer.isNoneOfThese ?? null,
        isInSupportSet: answer.isInSupportSet,
      }
    })
  }
  return {
    classes: null,
    close: () => client.close(),
    async classify(files) {
      const answers: ClassifiedFile[] = []
      for (let from = 0; from < files.length; from += imagesPerRequest) {
        answers.push(...(await classifySome(files.slice(from, from + imagesPerRequest))))
      }
      return answers
    },
  }
}

const idOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
