import { createCleanup } from '../../src/system/cleanup.js'

const cleanup = createCleanup()

/** Does something when all tests of the file have run, what was asked for last first; a test may ask for it as well. */
export const atEnd = (step: () => Promise<unknown>): void => cleanup.add(step)

/** Does what was asked for since the last time. */
export const runEndSteps = (): Promise<void> => cleanup.run()
