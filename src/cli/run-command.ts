import { ShotboardClientError } from 'shotboard/client'
import { ShotboardError } from '../errors.js'

/** Service managers wait ten seconds after SIGTERM before they kill a process. */
const msToStop = 9500

/**
 * Runs a command. Ctrl-C and SIGTERM run the function that the command passes to `onStop`, for at most 9.5 seconds; a
 * second signal ends the process at once. An error ends the process with status 1. Shotboard's own errors are printed
 * without a stack.
 */
export async function runCommand(
  command: (onStop: (stop: () => Promise<void>) => void) => Promise<void>,
): Promise<void> {
  let stop: () => Promise<void> = () => Promise.resolve()
  let stopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1)
      stopping = true
      setTimeout(exitWhileBusy, msToStop).unref()
      stop().then(
        () => process.exit(0),
        (error: unknown) => fail(error),
      )
    })
  }
  try {
    await command((whatToDo) => {
      stop = whatToDo
    })
  } catch (error) {
    if (stopping) return
    await stop().catch(() => undefined)
    fail(error)
  }
}

/** Exits although work is still running, as after a kill. The next start continues it. */
function exitWhileBusy(): never {
  console.error(
    `Still busy ${msToStop / 1000} s after the stop signal. The interrupted work continues at the next start.`,
  )
  process.exit(0)
}

/** The stack of the error that a plugin threw while it was loaded: its author needs it. */
const stackOfPlugin = ({ code, cause }: ShotboardError | ShotboardClientError): string =>
  code === 'INVALID_PLUGIN' && cause instanceof Error ? `\n${cause.stack}` : ''

function fail(error: unknown): never {
  if (error instanceof ShotboardError || error instanceof ShotboardClientError)
    console.error(`${error.code}: ${error.message}${stackOfPlugin(error)}`)
  else console.error(error)
  process.exit(1)
}
