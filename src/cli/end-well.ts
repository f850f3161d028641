import { ShotboardClientError } from '../client/index.js'
import { ShotboardError } from '../errors.js'

/**
 * Runs a command. What it asks for with `onStop` is done on Ctrl-C and SIGTERM; an error ends the process with its
 * words, without a stack where Shotboard raised it on purpose.
 */
export async function endWell(
  command: (onStop: (stop: () => Promise<void>) => void) => Promise<void>,
): Promise<void> {
  let stop: () => Promise<void> = () => Promise.resolve()
  let stopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1)
      stopping = true
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

function fail(error: unknown): never {
  if (error instanceof ShotboardError || error instanceof ShotboardClientError)
    console.error(`${error.code}: ${error.message}`)
  else console.error(error)
  process.exit(1)
}
