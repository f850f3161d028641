import { setTimeout } from 'node:timers/promises'
import { errors, type ShotboardError } from '../errors.js'
import { isStorageFault } from '../system/storage-fault.js'

/** How long to wait before trying again, in milliseconds: twice as long every time. */
export interface Pauses {
  readonly first: number
  readonly most: number
}

const usual: Pauses = { first: 500, most: 30_000 }

/**
 * Does work that can go on where it stopped, and does it again, after a pause, for as long as the disk or the database
 * fail it. `onFault` is told each time. Throws whatever else the work throws, and CANCELLED.
 */
export async function persevere(
  work: () => Promise<void>,
  options: {
    readonly signal: AbortSignal
    readonly onFault: (fault: ShotboardError) => Promise<void>
    readonly pauses?: Pauses
  },
): Promise<void> {
  const { signal, onFault, pauses = usual } = options
  for (let pause = pauses.first; ; pause = Math.min(pauses.most, 2 * pause)) {
    try {
      return await work()
    } catch (error) {
      if (signal.aborted || !isStorageFault(error)) throw error
      await onFault(error)
    }
    await setTimeout(pause, undefined, { signal }).catch(() => {
      throw errors.cancelled({})
    })
  }
}
