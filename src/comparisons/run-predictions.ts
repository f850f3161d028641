import { errors } from '../errors.js'
import type { Predictions } from '../evaluation/predictions.js'
import {
  type PredictionOrder,
  type PredictionOutcome,
  selectPredictions,
} from '../evaluation/select-predictions.js'
import { findClass } from '../store/find-class.js'
import {
  type CursorArgument,
  cursorOfPosition,
  invalidCursor,
  type Page,
  type PageRequest,
  pageOfList,
  pageSize,
  positionOf,
} from '../store/page.js'
import type { RunRow } from '../store/runs.js'
import type { Store } from '../store/store.js'
import type { MeasuredImages } from './measured-images.js'
import type { RunResults } from './run-results.js'

/** Which predictions of a run, and in which order. Classes are given by their names. */
export interface RunPredictionsInput {
  readonly outcome?: PredictionOutcome | null | undefined
  readonly class?: string | null | undefined
  readonly takenFor?: string | null | undefined
  readonly orderBy?: PredictionOrder | null | undefined
}

/** The class that a method predicts for an image. */
export interface PredictedClass {
  readonly classIndex: number
  /** From 0 to 1; null if an earlier version did not store it. */
  readonly probability: number | null
}

/** What a run predicts for one of its test images. */
export interface RunPrediction {
  readonly run: RunRow
  /** Among the test images of the run, from 0. */
  readonly position: number
  readonly imageId: string
  /** The class that the image had when it was measured. */
  readonly classIndex: number
  readonly prediction: PredictedClass
  /** How many classes are more probable than the true one; null if an earlier version did not store it. */
  readonly rank: number | null
  /** The number of classes in the prediction set; null if there is none. */
  readonly setSize: number | null
}

export interface RunPredictionPages {
  /**
   * A page of the predictions of a run that has succeeded. Throws UNKNOWN_CLASS, INVALID_VALUE or RUN_RESULT_UNREADABLE, with the
   * argument at fault.
   */
  page(run: RunRow, input: RunPredictionsInput, request: PageRequest): Promise<Page<RunPrediction>>
  /**
   * What other runs predict for the same image, in their order. Throws INVALID_VALUE for a run that has not succeeded or has other
   * test images, or RUN_RESULT_UNREADABLE.
   */
  beside(prediction: RunPrediction, runs: readonly RunRow[]): Promise<PredictedClass[]>
}

export function createRunPredictionPages({
  store,
  runResults,
  measuredImages,
}: {
  readonly store: Store
  readonly runResults: RunResults
  readonly measuredImages: MeasuredImages
}): RunPredictionPages {
  async function indexOfClass(
    { datasetId }: RunRow,
    argument: 'class' | 'takenFor',
    name: string | null | undefined,
  ): Promise<number | undefined> {
    if (name == null) return undefined
    const classes = await store.datasets.classes(datasetId)
    const found = findClass(classes, name)
    if (!found) throw errors.unknownClass({ name, known: classes.map((each) => each.name) }, argument)
    return found.index
  }

  /** Throws INVALID_VALUE. */
  async function requireSameImage(run: RunRow, other: RunRow, position: number): Promise<void> {
    if (other.result === null) {
      throw errors.invalidValue({ reason: `Run ${other.id} has not succeeded.` }, 'runs')
    }
    // A class of another dataset has another number.
    if (other.datasetId === run.datasetId) {
      const [own, others] = [await measuredImages(run), await measuredImages(other)]
      if (own[position] !== undefined && own[position] === others[position]) return
    }
    const reason = `Run ${other.id} has other test images than run ${run.id}.`
    throw errors.invalidValue({ reason }, 'runs')
  }

  return {
    async page(run, input, request) {
      pageSize(request)
      const [classIndex, takenFor] = [
        await indexOfClass(run, 'class', input.class),
        await indexOfClass(run, 'takenFor', input.takenFor),
      ]
      const [predictions, images] = await Promise.all([runResults.read(run.id), measuredImages(run)])
      const selected = selectPredictions(predictions, {
        outcome: input.outcome ?? undefined,
        order: input.orderBy ?? undefined,
        ...{ classIndex, takenFor },
      })
      const page = pageOfList(selected, request, cursorOfPosition, {
        after: (cursor) => placeOf(selected, cursor, 'after') + 1,
        before: (cursor) => placeOf(selected, cursor, 'before'),
      })
      const nodes = page.nodes.map((position) => ({
        ...{ run, position, imageId: images[position] ?? '' },
        classIndex: predictions.labels[position] as number,
        prediction: predictedClass(predictions, position),
        rank: predictions.rank?.[position] ?? null,
        setSize: predictions.setSize?.[position] ?? null,
      }))
      return { ...page, nodes }
    },
    beside: ({ run, position }, runs) =>
      Promise.all(
        runs.map(async (other) => {
          await requireSameImage(run, other, position)
          return predictedClass(await runResults.read(other.id), position)
        }),
      ),
  }
}

export const predictedClass = ({ predicted, confidence }: Predictions, position: number): PredictedClass => ({
  classIndex: predicted[position] as number,
  probability: confidence?.[position] ?? null,
})

/** The place of the image of a cursor. Results never change, so it is still there. Throws INVALID_VALUE. */
function placeOf(selected: Int32Array, cursor: string, argument: CursorArgument): number {
  const place = selected.indexOf(positionOf(cursor, argument))
  if (place === -1) throw invalidCursor(cursor, argument)
  return place
}
