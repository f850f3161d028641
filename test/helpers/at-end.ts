import { afterAll } from 'vitest'

const steps: (() => Promise<unknown>)[] = []

afterAll(async () => {
  for (const step of steps.toReversed()) await step()
})

/** Does something when all tests of the file have run, what was asked for last first; a test may ask for it as well. */
export function atEnd(step: () => Promise<unknown>): void {
  steps.push(step)
}
