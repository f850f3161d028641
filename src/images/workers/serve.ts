import { errors, ShotboardError } from '../../errors.js'
import type { Reserve } from '../decode.js'
import type { Answer, Request } from './messages.js'

type Task = (input: never, reserve: Reserve) => Promise<unknown>

/** The memory of a process beside the images, in bytes. */
const ownMemory = 512 * 2 ** 20
/** How much more memory than it has asked for an image may take. */
const tolerance = 2
const msBetweenLooks = 25

/** Answers the service's requests, one at a time. */
export function serve(tasks: Readonly<Record<string, Task>>): void {
  let granted = (): void => {}
  let allowed = ownMemory

  const answer = (message: Answer): void => {
    process.send?.(message)
  }
  // The service counts the memory of all images. It may make this one wait.
  const reserve: Reserve = async (memory) => {
    const waiting = new Promise<void>((resolve) => {
      granted = resolve
    })
    answer({ memory })
    await waiting
    allowed = ownMemory + tolerance * memory
  }

  async function run(name: string, input: unknown): Promise<Answer> {
    const task = tasks[name]
    if (task === undefined) return { error: { message: `there is no task ${name}` } }
    try {
      return { result: await task(input as never, reserve) }
    } catch (error) {
      return { error: fieldsOf(error) }
    }
  }

  process.on('message', (request: Request) => {
    if ('granted' in request) granted()
    else {
      run(request.task, request.input).then((message) => {
        allowed = ownMemory
        answer(message)
      })
    }
  })
  // The service decides when this process ends, also when a terminal or a supervisor signals all of them.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
  process.on('disconnect', end)
  setInterval(() => {
    if (process.memoryUsage.rss() <= allowed) return
    const megabytes = Math.round(allowed / 2 ** 20)
    const error = errors.imageTooMuchWork({ reason: `takes more than ${megabytes} MB of memory to decode` })
    process.send?.({ error: fieldsOf(error) }, end)
  }, msBetweenLooks).unref()
  answer({ ready: true })
}

/** Ends at once. An exit in order would wait for the decoder. */
const end = (): void => {
  process.kill(process.pid, 'SIGKILL')
}

function fieldsOf(error: unknown): { message: string; code?: string; argument?: string } {
  const message = error instanceof Error ? error.message : String(error)
  if (!(error instanceof ShotboardError)) return { message }
  const { code, argument } = error
  return { message, code, ...(argument !== undefined && { argument }) }
}
