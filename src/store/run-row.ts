import { z } from 'zod'
import { type Measures, mapMeasures } from '../measures.js'
import type { DatabaseClient } from './database.js'
import type { Drawing, JobStatus, KlScaling, Search, Selection } from './enums.js'

/** The request of a run. */
export interface RunRequest {
  readonly datasetId: string
  /** The dataset of the test images, if it is another one with the same classes. */
  readonly testDatasetId: string | null
  readonly encoder: string
  readonly method: string
  readonly space: string | null
  /** The number of images of a class that was asked for; with ALL, the number that the largest class has. */
  readonly shots: number
  readonly drawing: Drawing
  readonly seed: number
  readonly augmentations: number
  readonly selection: Selection
  readonly search: Search
  readonly klScaling: KlScaling
  /** Fixed hyperparameters, which are not selected. */
  readonly fixed: Readonly<Record<string, number>>
  /** The coverage that prediction sets promise, in (0, 1); null for runs of earlier versions, which have no sets. */
  readonly coverage: number | null
  /** The dataset whose test images belong to no class. */
  readonly unknownDatasetId: string | null
  /** The positions of classes that the classifier does not have; their test images belong to no class. */
  readonly holdOut: readonly number[]
}

/** A number that each class has, such as its images. */
export interface ClassSizes {
  readonly least: number
  readonly mean: number
  readonly most: number
}

/** The result of a run. */
export interface RunResult extends Measures {
  /** Null after the support set is deleted. */
  readonly supportSetId: string | null
  readonly selectionImages: number
  readonly selectionAccuracy: number | null
  /** The labelled images that the accuracy rests on: support set and selection. Null for results of earlier versions. */
  readonly labelledImages: number | null
  /** How many images a class had in the support set. */
  readonly perClass: ClassSizes
  /** How many prompts a class had; null for results of earlier versions. */
  readonly prompts: ClassSizes | null
  /** What the logits of a typical image are divided by before softmax; null for results of earlier versions, which did not divide. */
  readonly temperature: number | null
  readonly hyperparameters: Readonly<Record<string, number>>
  /** The accuracy on the dataset's own test images; null without another test dataset, or if the dataset has none. */
  readonly unshiftedAccuracy: number | null
  readonly testImages: number
  readonly encodeMs: number
  readonly searchMs: number
  readonly scoreMs: number
}

export interface RunRow extends RunRequest {
  readonly id: string
  /** Of what it computes, and with which code. */
  readonly fingerprint: string
  /** The kind of processor that its features come from; null until a comparison with it starts, and for runs of earlier versions. */
  readonly processor: string | null
  readonly status: JobStatus
  readonly progress: number
  readonly error: string | null
  /** The stable code of `error`; null for errors of earlier versions. */
  readonly errorCode: string | null
  /** How long its search was expected to take when it started; null if it has not started, or if nothing is searched. */
  readonly estimatedSearchMs: number | null
  readonly createdAt: Date
  readonly finishedAt: Date | null
  /** The revision of the dataset with the test images when the run was measured; null until it has succeeded. */
  readonly testRevision: number | null
  /** Null until the run has succeeded. */
  readonly result: RunResult | null
}

/** The encoders of runs, in the order of the request. */
export const encodersOf = (runs: readonly Pick<RunRow, 'encoder'>[]): readonly string[] => [
  ...new Set(runs.map(({ encoder }) => encoder)),
]

const measuresSchema = z.object(mapMeasures(() => z.number()))
const holdOutSchema = z.array(z.int())
const valuesSchema = z.record(z.string(), z.number())

type StoredRun = NonNullable<Awaited<ReturnType<DatabaseClient['run']['findUnique']>>>

/** Converts a stored run to a RunRow. */
export function toRun(row: StoredRun): RunRow {
  const { supportSetId, testImages, selectionImages } = row
  const measured = measuresSchema.safeParse(row).data
  const succeeded =
    row.status === 'SUCCEEDED' && measured !== undefined && testImages !== null && selectionImages !== null
  return {
    id: row.id,
    fingerprint: row.fingerprint,
    datasetId: row.datasetId,
    testDatasetId: row.testDatasetId,
    encoder: row.encoder,
    method: row.method,
    space: row.space,
    shots: row.shots,
    drawing: row.drawing,
    seed: row.seed,
    augmentations: row.augmentations,
    selection: row.selection,
    search: row.search,
    klScaling: row.klScaling,
    fixed: valuesSchema.parse(row.fixed),
    coverage: row.coverage,
    unknownDatasetId: row.unknownDatasetId,
    holdOut: holdOutSchema.parse(row.holdOut),
    processor: row.processor,
    status: row.status,
    progress: row.progress,
    error: row.error,
    errorCode: row.errorCode,
    estimatedSearchMs: row.estimatedSearchMs,
    createdAt: row.createdAt,
    finishedAt: row.finishedAt,
    testRevision: row.testRevision,
    result: succeeded
      ? {
          supportSetId,
          selectionImages,
          selectionAccuracy: row.selectionAccuracy,
          labelledImages: row.labelledImages,
          // Earlier versions drew the same number of every class.
          perClass: {
            least: row.leastPerClass ?? row.shots,
            mean: row.meanPerClass ?? row.shots,
            most: row.mostPerClass ?? row.shots,
          },
          prompts: promptsOf(row),
          temperature: row.temperature,
          hyperparameters: valuesSchema.parse(row.hyperparameters),
          ...measured,
          unshiftedAccuracy: row.unshiftedAccuracy,
          testImages,
          encodeMs: row.encodeMs ?? 0,
          searchMs: row.searchMs ?? 0,
          scoreMs: row.scoreMs ?? 0,
        }
      : null,
  }
}

function promptsOf({ leastPrompts, meanPrompts, mostPrompts }: StoredRun): ClassSizes | null {
  if (leastPrompts === null || meanPrompts === null || mostPrompts === null) return null
  return { least: leastPrompts, mean: meanPrompts, most: mostPrompts }
}
