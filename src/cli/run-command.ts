import { ShotboardClientError } from 'shotboard/client'
import { ShotboardError } from '../errors.js'
import { shownLines } from './shown.js'

/**
 * What a signal leaves: `nothing` of a service, and of work that goes on at the next start; `unfinished` work of a command that
 * has to be run again.
 */
export type Leaves = 'nothing' | 'unfinished'

/** Says what to do on a signal, and what that leaves; `nothing` by default. */
export type OnStop = (stop: () => Promise<void>, leaves?: Leaves) => void

/** By signal, the status that shells know for a program that it has ended. */
const statusOf = { SIGINT: 130, SIGTERM: 143 } as const

/** Service managers wait ten seconds after SIGTERM before they kill a process. */
const msToStop = 9500

/**
 * Runs a command. Ctrl-C and SIGTERM run the function that the command passes to `onStop`, for at most 9.5 seconds; a
 * second signal ends the process at once. The status is then 0, or that of the signal if work is left unfinished. An error
 * ends the process with status 1. Shotboard's own errors are printed without a stack.
 */
export async function runCommand(command: (onStop: OnStop) => Promise<void>): Promise<void> {
  let stop: () => Promise<void> = () => Promise.resolve()
  let left: Leaves = 'nothing'
  let stopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1)
      stopping = true
      const status = left === 'unfinished' ? statusOf[signal] : 0
      setTimeout(() => exitWhileBusy(status), msToStop).unref()
      stop().then(
        () => process.exit(status),
        (error: unknown) => fail(error),
      )
    })
  }
  try {
    await command((whatToDo, leaves = 'nothing') => {
      stop = whatToDo
      left = leaves
    })
  } catch (error) {
    if (stopping) return
    await stop().catch(() => undefined)
    fail(error)
  }
}

/** Exits although work is still running, as after a kill. */
function exitWhileBusy(status: number): never {
  const next = status === 0 ? ' The interrupted work continues at the next start.' : ''
  console.error(`Still busy ${msToStop / 1000} s after the stop signal.${next}`)
  process.exit(status)
}

/** The stack of the error that a plugin threw while it was loaded: its author needs it. */
const stackOfPlugin = ({ code, cause }: ShotboardError | ShotboardClientError): string =>
  code === 'INVALID_PLUGIN' && cause instanceof Error ? `\n${cause.stack}` : ''

function fail(error: unknown): never {
  if (error instanceof ShotboardError || error instanceof ShotboardClientError)
    console.error(`${error.code}: ${shownLines(error.message)}${stackOfPlugin(error)}`)
  else console.error(error)
  process.exit(1)
}
