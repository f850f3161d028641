import { LRUCache } from 'lru-cache'
import pLimit from 'p-limit'
import { errors, reasonOf, ShotboardError } from '../errors.js'
import type { Predictions } from '../evaluation/predictions.js'
import { namesOf, type ObjectStore } from '../store/objects/object-store.js'
import type { Trash } from '../store/trash.js'
import {
  formatSafetensors,
  type NamedTensor,
  parseSafetensors,
  type TensorFile,
} from '../tensor/safetensors.js'
import { type Provenance, provenanceSchema } from './provenance.js'

/** Stores the predictions of runs, each in a safetensors file `runs/RUN.safetensors`. */
export interface RunResults {
  write(run: string, predictions: Predictions, provenance?: Provenance): Promise<void>
  /** Throws RUN_RESULT_UNREADABLE if the file is missing or damaged, or STORAGE_FAILED. */
  read(run: string): Promise<Predictions>
  /** Null for files of earlier versions, which lack it. Throws as `read`. */
  provenance(run: string): Promise<Provenance | null>
  /** Removes the files of these runs. */
  remove(runs: readonly string[]): Promise<void>
  /** Moves the files of all runs that `isKnown` does not return to the trash. */
  sweep(isKnown: (runs: readonly string[]) => Promise<ReadonlySet<string>>, trash: Trash): Promise<void>
}

/** The number of files read at the same time: a comparison may have thousands. */
const filesInFlight = 16

/** How much of what was read last is kept: the rows of a comparison that runs are computed again with every run. */
const maxKeptBytes = 64 * 2 ** 20

export function createRunResults(objects: ObjectStore): RunResults {
  const keyOf = (run: string) => `${prefix}${run}${ending}`
  const limit = pLimit(filesInFlight)
  const kept = new LRUCache<string, Predictions>({ maxSize: maxKeptBytes, sizeCalculation: bytesOf })
  /** Files that are being read, so that those who want one at the same time read it once. */
  const reading = new Map<string, Promise<Predictions>>()

  async function readTensors(run: string): Promise<TensorFile> {
    const bytes = await limit(() => objects.get(keyOf(run)))
    if (!bytes) throw errors.runResultUnreadable({ run, reason: 'their file is missing' })
    try {
      return parseSafetensors(bytes, 'the file')
    } catch (error) {
      throw errors.runResultUnreadable({ run, reason: reasonOf(error).replace(/\.$/, '') })
    }
  }

  async function readPredictions(run: string): Promise<Predictions> {
    const { tensors } = await readTensors(run)
    const integers = (name: string): Int32Array | undefined => {
      const tensor = tensors.get(name)
      return tensor?.type === 'int32' ? tensor.data : undefined
    }
    const numbers = (name: string): Float32Array | undefined => {
      const tensor = tensors.get(name)
      return tensor?.type === 'float32' ? tensor.data : undefined
    }
    const [labels, predicted, rank] = ['labels', 'predicted', 'rank'].map(integers)
    const [setSize, covered, unknownSizes] = ['set_size', 'covered', 'unknown_set_size'].map(integers)
    const [confidence, unknown] = ['confidence', 'unknown_confidence'].map(numbers)
    if (!labels || !predicted) {
      throw errors.runResultUnreadable({ run, reason: 'it lacks labels or predicted' })
    }
    const own = { labels: integers('unshifted_labels'), predicted: integers('unshifted_predicted') }
    return {
      labels,
      predicted,
      ...(confidence && { confidence }),
      ...(rank && { rank }),
      ...(setSize && covered && { setSize, covered }),
      ...(unknown && { unknown: { confidence: unknown, ...(unknownSizes && { setSize: unknownSizes }) } }),
      ...(own.labels && own.predicted && { unshifted: { labels: own.labels, predicted: own.predicted } }),
    }
  }
  async function remove(runs: readonly string[]): Promise<void> {
    for (const run of runs) kept.delete(run)
    await objects.delete(runs.map(keyOf))
  }
  return {
    async write(run, predictions, provenance) {
      kept.delete(run)
      const { labels, predicted, confidence, rank, setSize, covered, unknown, unshifted } = predictions
      const shape = [labels.length]
      const tensors = new Map<string, NamedTensor>([
        ['labels', { type: 'int32', shape, data: labels }],
        ['predicted', { type: 'int32', shape, data: predicted }],
      ])
      if (confidence) tensors.set('confidence', { type: 'float32', shape, data: confidence })
      if (rank) tensors.set('rank', { type: 'int32', shape, data: rank })
      if (setSize && covered) {
        tensors.set('set_size', { type: 'int32', shape, data: setSize })
        tensors.set('covered', { type: 'int32', shape, data: covered })
      }
      if (unknown) {
        const shape = [unknown.confidence.length]
        tensors.set('unknown_confidence', { type: 'float32', shape, data: unknown.confidence })
        if (unknown.setSize) tensors.set('unknown_set_size', { type: 'int32', shape, data: unknown.setSize })
      }
      if (unshifted) {
        const shape = [unshifted.labels.length]
        tensors.set('unshifted_labels', { type: 'int32', shape, data: unshifted.labels })
        tensors.set('unshifted_predicted', { type: 'int32', shape, data: unshifted.predicted })
      }
      const metadata = { run, ...(provenance && { provenance: JSON.stringify(provenance) }) }
      await objects.put(keyOf(run), formatSafetensors({ tensors, metadata }))
    },
    async read(run) {
      const known = kept.get(run)
      if (known) return known
      const started = reading.get(run)
      if (started) return started
      const read = readPredictions(run).finally(() => reading.delete(run))
      reading.set(run, read)
      const predictions = await read
      kept.set(run, predictions)
      return predictions
    },
    async provenance(run) {
      const { metadata } = await readTensors(run)
      return metadata.provenance === undefined
        ? null
        : provenanceSchema.parse(JSON.parse(metadata.provenance))
    },
    remove,
    async sweep(isKnown, trash) {
      const runs = await namesOf(objects, prefix, ending)
      const known = await isKnown(runs)
      await trash.discard('runs', runs.filter((run) => !known.has(run)).map(keyOf))
    },
  }
}

const prefix = 'runs/'
const ending = '.safetensors'

const bytesOf = ({ unshifted, unknown, ...own }: Predictions): number =>
  [...Object.values(own), ...Object.values(unshifted ?? {}), ...Object.values(unknown ?? {})].reduce(
    (sum, each) => sum + (each?.byteLength ?? 0),
    1,
  )

/** The message of the error that the results of a run cannot be read; undefined for any other error. */
export const unreadableReason = (error: unknown): string | undefined =>
  error instanceof ShotboardError && error.code === 'RUN_RESULT_UNREADABLE' ? error.message : undefined
