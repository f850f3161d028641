import { errors } from '../../errors.js'
import { createFairQueue } from '../../system/fair-queue.js'
import { currentScope } from '../../system/work-scope.js'
import type { CheckedImage, ImageInfo } from '../decode.js'
import { formatOf } from '../format.js'
import { createMemoryBudget } from './memory-budget.js'
import type { Preparation } from './prepare.js'
import type { TaskInput, TaskName, TaskResult } from './tasks.js'
import { startWorkerProcess, WorkerEnded, type WorkerProcess } from './worker-process.js'

/**
 * Everything that is done with the pixels of images. It runs in processes of its own, so that a decoder that hangs, crashes or
 * takes all memory can be ended, and the service goes on. Clients take turns. Each method throws INVALID_IMAGE for an image that cannot be
 * read, IMAGE_TOO_LARGE for one that takes too much time or memory, and CANCELLED once the workers are closed.
 */
export interface ImageWorkers {
  /** Reads an image's header. */
  inspect(bytes: Uint8Array, maxMegapixels: number): Promise<ImageInfo>
  /** Reads an image's header and decodes it, to find broken images. */
  check(bytes: Uint8Array, maxMegapixels: number): Promise<CheckedImage>
  /** Writes an image's preprocessed views to `pixels`: [rounds, 3, size, size]. */
  prepare(preparation: Preparation, pixels: Float32Array): Promise<void>
  /** Random views of an image for training: [rounds, 3, size, size]. */
  views(views: TaskInput<'views'>): Promise<Float32Array>
  /** A smaller copy; see `thumbnailOf`. */
  thumbnail(bytes: Uint8Array, size: number): Promise<Uint8Array>
  /** A shifted copy; see `shiftImage`. */
  shift(input: TaskInput<'shift'>): Promise<Uint8Array>
  /** Ends all processes at once. */
  close(): Promise<void>
}

export interface ImageWorkersOptions {
  readonly maxProcesses: number
  /** The time of the processor that an image may take. */
  readonly timeLimitMs?: number
  /** The memory of all images that are decoded at the same time, in bytes. */
  readonly memory?: number
  /** Whether JPEGs that end too early are read as far as they go. */
  readonly readCutShort?: boolean
  /** What the processes run. */
  readonly program?: URL
}

/** More processes than these decode no faster than a model takes their images. */
export const maxImageProcesses = 4
/** Patient enough for the largest image on a slow machine. */
const defaultTimeLimitMs = 30_000
const defaultMemory = 2 ** 30
/** Processes that have nothing to do for so long are ended. */
const idleMs = 60_000

/** Up to `maxProcesses` processes. A new one starts only when all others are busy. */
export function openImageWorkers({
  maxProcesses,
  timeLimitMs = defaultTimeLimitMs,
  memory = defaultMemory,
  readCutShort = false,
  program = new URL('./worker.js', import.meta.url),
}: ImageWorkersOptions): ImageWorkers {
  const budget = createMemoryBudget(memory)
  const queue = createFairQueue(maxProcesses)
  const all = new Set<WorkerProcess>()
  let idle: readonly WorkerProcess[] = []
  let idleTimer: NodeJS.Timeout | undefined
  let isClosed = false

  function take(): WorkerProcess {
    clearTimeout(idleTimer)
    const ready = idle.filter((worker) => worker.alive())
    const worker = ready.at(-1) ?? startWorkerProcess({ program, budget, timeLimitMs, readCutShort })
    idle = ready.filter((each) => each !== worker)
    all.add(worker)
    return worker
  }
  function giveBack(worker: WorkerProcess): void {
    if (worker.alive()) idle = [...idle, worker]
    else all.delete(worker)
    if (idle.length < all.size) return
    idleTimer = setTimeout(endIdle, idleMs)
    idleTimer.unref()
  }
  function endIdle(): void {
    for (const worker of idle) {
      worker.end(errors.cancelled({}))
      all.delete(worker)
    }
    idle = []
  }

  async function runOnce(task: TaskName, input: unknown): Promise<unknown> {
    if (isClosed) throw errors.cancelled({})
    const worker = take()
    try {
      return await worker.run(task, input)
    } finally {
      giveBack(worker)
    }
  }

  async function run<Name extends TaskName>(task: Name, input: TaskInput<Name>): Promise<TaskResult<Name>> {
    // What is no image reaches no decoder, and no process either.
    formatOf(input.bytes)
    return queue.add(currentScope(), async () => {
      try {
        return (await runOnce(task, input)) as TaskResult<Name>
      } catch (error) {
        if (!(error instanceof WorkerEnded)) throw error
      }
      // Another image or another program may have ended it. An image that ends two of them is to blame.
      try {
        return (await runOnce(task, input)) as TaskResult<Name>
      } catch (error) {
        if (!(error instanceof WorkerEnded)) throw error
        throw errors.invalidImage({ reason: `its decoder ${error.message}` })
      }
    })
  }

  return {
    inspect: (bytes, maxMegapixels) => run('inspect', { bytes, maxMegapixels }),
    check: (bytes, maxMegapixels) => run('check', { bytes, maxMegapixels }),
    async prepare(preparation, pixels) {
      pixels.set(await run('prepare', preparation))
    },
    views: (views) => run('views', views),
    thumbnail: (bytes, size) => run('thumbnail', { bytes, size }),
    shift: (input) => run('shift', input),
    async close() {
      isClosed = true
      clearTimeout(idleTimer)
      for (const worker of all) worker.end(errors.cancelled({}))
      all.clear()
      idle = []
    },
  }
}
