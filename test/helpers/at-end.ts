import { createCleanup } from '../../src/system/cleanup.js'

const cleanup = createCleanup()

/** Takes a step to do at some end; steps are done last first. */
export type OnEnd = (step: () => Promise<unknown>) => void

/** Does something when all tests of the file have run, what was asked for last first; a test may ask for it as well. */
export const atEnd: OnEnd = (step) => cleanup.add(step)

/** Does what was asked for since the last time. */
export const runEndSteps = (): Promise<void> => cleanup.run()
