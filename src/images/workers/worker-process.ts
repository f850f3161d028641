import { fork } from 'node:child_process'
import { errors, ShotboardError } from '../../errors.js'
import { limitWork } from './limit-work.js'
import type { MemoryBudget } from './memory-budget.js'
import type { Answer, Request } from './messages.js'

/** A process that decodes images. Whatever a decoder does, the process can be ended and the service goes on. */
export interface WorkerProcess {
  /** Whether it takes tasks. */
  alive(): boolean
  /**
   * Runs a task; one at a time. Throws the task's error; IMAGE_TOO_LARGE if it takes too long, and then the process ends;
   * WorkerEnded if the process ends by itself.
   */
  run(task: string, input: unknown): Promise<unknown>
  /** Ends the process at once. A running task throws `error`. */
  end(error: Error): void
}

/** The process has ended by itself: its decoder crashed, or the system ended it. */
export class WorkerEnded extends Error {
  override readonly name = 'WorkerEnded'
}

export function startWorkerProcess(options: {
  readonly program: URL
  readonly budget: MemoryBudget
  /** The time of the processor that a task may take; see `limitWork`. Waiting for memory does not count. */
  readonly timeLimitMs: number
  readonly readCutShort: boolean
}): WorkerProcess {
  const { program, budget, timeLimitMs, readCutShort } = options
  const child = fork(program, readCutShort ? ['--read-cut-short'] : [], {
    // Images are outside of the heap. The little that is in it is soon garbage, for which V8 would keep 16 MB twice.
    execArgv: ['--max-semi-space-size=1'],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const setIdle = (isIdle: boolean): void => {
    // An idle process does not keep the service alive.
    for (const each of [child, child.channel]) isIdle ? each?.unref() : each?.ref()
  }
  let isReady = false
  let failure: Error | undefined
  let settle: ((outcome: { result: unknown } | { error: Error }) => void) | undefined
  let stopLimit = (): void => {}
  let release = (): void => {}

  function finish(outcome: { result: unknown } | { error: Error }): void {
    stopLimit()
    release()
    release = () => {}
    setIdle(true)
    settle?.(outcome)
    settle = undefined
  }
  function end(error: Error): void {
    failure ??= error
    child.kill('SIGKILL')
    finish({ error })
  }
  function startLimit(): void {
    stopLimit = limitWork(child.pid, timeLimitMs, () =>
      end(errors.imageTooSlow({ seconds: timeLimitMs / 1000 })),
    )
  }
  function send(request: Request): void {
    child.send(request, (error) => {
      if (error) end(new WorkerEnded(error.message))
    })
  }

  async function grant(memory: number): Promise<void> {
    stopLimit()
    const free = await budget.reserve(memory)
    if (settle === undefined) return free()
    release = free
    startLimit()
    send({ granted: true })
  }

  child.on('message', (answer: Answer) => {
    if ('ready' in answer) isReady = true
    else if ('memory' in answer) void grant(answer.memory)
    else finish('error' in answer ? { error: errorOf(answer.error) } : answer)
  })
  child.on('error', end)
  child.on('exit', (code, signal) => {
    const how = `ended with ${signal ?? code}`
    // No image is to blame for a process that does not start.
    end(isReady ? new WorkerEnded(how) : new Error(`The process that decodes images ${how} when it started.`))
  })
  setIdle(true)

  return {
    alive: () => failure === undefined && child.connected,
    async run(task, input) {
      const outcome = await new Promise<{ result: unknown } | { error: Error }>((resolve) => {
        settle = resolve
        if (failure !== undefined) return finish({ error: failure })
        setIdle(false)
        startLimit()
        send({ task, input })
      })
      if ('error' in outcome) throw outcome.error
      return outcome.result
    },
    end,
  }
}

const errorOf = ({
  code,
  message,
  argument,
}: {
  message: string
  code?: string
  argument?: string
}): Error => (code === undefined ? new Error(message) : new ShotboardError(code, message, argument))
