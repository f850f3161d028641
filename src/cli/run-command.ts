import { ShotboardClientError } from 'shotboard/client'
import { ShotboardError } from '../errors.js'

/** Whoever stops a service waits ten seconds before killing it. */
const msToStop = 9500

/**
 * Runs a command. What it asks for with `onStop` is done on Ctrl-C and SIGTERM, for ten seconds at most, and a second such
 * signal ends the process at once; an error ends the process with its
 * words, without a stack where Shotboard raised it on purpose.
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
      setTimeout(leave, msToStop).unref()
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

/** What is still busy by then is left as it is after a kill: the next start goes on with it. */
function leave(): never {
  console.error(
    `Still busy ${msToStop / 1000} s after being told to stop; what was under way goes on at the next start.`,
  )
  process.exit(0)
}

function fail(error: unknown): never {
  if (error instanceof ShotboardError || error instanceof ShotboardClientError)
    console.error(`${error.code}: ${error.message}`)
  else console.error(error)
  process.exit(1)
}
