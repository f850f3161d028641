import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ObjectStore } from '../store/objects/object-store.js'
import { writeAtomically } from '../system/write-atomically.js'

/** The checkpoints of trainings: files that a training writes, which an object store keeps for other machines. */
export interface Checkpoints {
  /** The file of a training's checkpoint on the local disk. */
  fileOf(training: string): string
  /** Brings the checkpoint of another machine to the local disk. */
  fetch(training: string): Promise<void>
  /** Keeps the checkpoint if it has changed since the last call. */
  keep(training: string): Promise<void>
  remove(training: string): Promise<void>
}

/** `directory` is the folder `trainings` of the data folder. */
export function createCheckpoints(directory: string, objects: ObjectStore): Checkpoints {
  const fileOf = (training: string) => join(directory, training, name)
  const keyOf = (training: string) => `trainings/${training}/${name}`
  /** On a single machine the file is the object. */
  const isElsewhere = objects.pathOf === undefined
  const kept = new Map<string, number>()
  const changeOf = async (training: string): Promise<number | undefined> =>
    (await stat(fileOf(training)).catch(() => undefined))?.mtimeMs

  return {
    fileOf,
    async fetch(training) {
      const bytes = isElsewhere ? await objects.get(keyOf(training)) : undefined
      if (bytes) await writeAtomically(fileOf(training), bytes, "an adapter's checkpoint")
    },
    async keep(training) {
      if (!isElsewhere) return
      const change = await changeOf(training)
      if (change === undefined || kept.get(training) === change) return
      await objects.put(keyOf(training), await readFile(fileOf(training)))
      kept.set(training, change)
    },
    async remove(training) {
      kept.delete(training)
      await rm(join(directory, training), { recursive: true, force: true })
      if (isElsewhere) await objects.delete([keyOf(training)])
    },
  }
}

const name = 'checkpoint.safetensors'
