import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { errors } from '../errors.js'
import type { Predictions } from '../evaluation/predictions.js'
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
  /** Removes the files of all runs that `isKnown` does not return. */
  sweep(isKnown: (runs: readonly string[]) => Promise<ReadonlySet<string>>): Promise<void>
}

/** The name of these files in error messages. */
const what = 'the results of a run'

export function createRunResults(directory: string): RunResults {
  const fileOf = (run: string) => join(directory, `${run}${ending}`)
  async function remove(runs: readonly string[]): Promise<void> {
    await Promise.all(runs.map((run) => rm(fileOf(run), { force: true })))
  }
  return {
    async write(run, { labels, predicted, confidence }, provenance) {
      const shape = [labels.length]
      const tensors = new Map<string, NamedTensor>([
        ['labels', { type: 'int32', shape, data: labels }],
        ['predicted', { type: 'int32', shape, data: predicted }],
      ])
      if (confidence) tensors.set('confidence', { type: 'float32', shape, data: confidence })
      const metadata = { run, ...(provenance && { provenance: JSON.stringify(provenance) }) }
      await writeSafetensors(fileOf(run), { tensors, metadata }, what)
    },
    async read(run) {
      const file = fileOf(run)
      const { tensors } = await readSafetensors(file)
      const labels = tensors.get('labels')
      const predicted = tensors.get('predicted')
      const confidence = tensors.get('confidence')
      if (labels?.type !== 'int32' || predicted?.type !== 'int32') {
        throw errors.invalidTensorFile({ file, reason: 'it lacks labels or predicted' })
      }
      return {
        labels: labels.data,
        predicted: predicted.data,
        ...(confidence?.type === 'float32' && { confidence: confidence.data }),
      }
    },
    async provenance(run) {
      const { metadata } = await readSafetensors(fileOf(run))
      return metadata.provenance === undefined
        ? null
        : provenanceSchema.parse(JSON.parse(metadata.provenance))
    },
    remove,
    async sweep(isKnown) {
      const names = await readdir(directory).catch(() => [])
      const runs = names.flatMap((name) => (name.endsWith(ending) ? [name.slice(0, -ending.length)] : []))
      const known = await isKnown(runs)
      await remove(runs.filter((run) => !known.has(run)))
    },
  }
}

const ending = '.safetensors'
