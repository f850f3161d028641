import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import pLimit from 'p-limit'
import { errors } from '../errors.js'
import type { Predictions } from '../evaluation/predictions.js'
import type { Trash } from '../store/trash.js'
import { type NamedTensor, readSafetensors, writeSafetensors } from '../tensor/safetensors.js'
import { type Provenance, provenanceSchema } from './provenance.js'

/** Stores the predictions of runs, each in a safetensors file named after its run. */
export interface RunResults {
  write(run: string, predictions: Predictions, provenance?: Provenance): Promise<void>
  /** Throws INVALID_TENSOR_FILE. */
  read(run: string): Promise<Predictions>
  /** Null for files of earlier versions, which lack it. Throws INVALID_TENSOR_FILE. */
  provenance(run: string): Promise<Provenance | null>
  /** Removes the files of these runs. */
  remove(runs: readonly string[]): Promise<void>
  /** Moves the files of all runs that `isKnown` does not return to the trash. */
  sweep(isKnown: (runs: readonly string[]) => Promise<ReadonlySet<string>>, trash: Trash): Promise<void>
}

/** The number of files read at the same time: a comparison may have thousands. */
const filesInFlight = 16

/** The name of these files in error messages. */
const what = 'the results of a run'

export function createRunResults(directory: string): RunResults {
  const fileOf = (run: string) => join(directory, `${run}${ending}`)
  const limit = pLimit(filesInFlight)
  async function remove(runs: readonly string[]): Promise<void> {
    await Promise.all(runs.map((run) => rm(fileOf(run), { force: true })))
  }
  return {
    async write(run, predictions, provenance) {
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
      await writeSafetensors(fileOf(run), { tensors, metadata }, what)
    },
    async read(run) {
      const file = fileOf(run)
      const { tensors } = await limit(() => readSafetensors(file))
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
        throw errors.invalidTensorFile({ file, reason: 'it lacks labels or predicted' })
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
    },
    async provenance(run) {
      const { metadata } = await limit(() => readSafetensors(fileOf(run)))
      return metadata.provenance === undefined
        ? null
        : provenanceSchema.parse(JSON.parse(metadata.provenance))
    },
    remove,
    async sweep(isKnown, trash) {
      const names = await readdir(directory).catch(() => [])
      const runs = names.flatMap((name) => (name.endsWith(ending) ? [name.slice(0, -ending.length)] : []))
      const known = await isKnown(runs)
      await trash.discard('runs', runs.filter((run) => !known.has(run)).map(fileOf))
    },
  }
}

const ending = '.safetensors'
