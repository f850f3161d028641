// What the test files of one worker share, because starting it costs more than most files' tests.
import { openRuntime, type Runtime } from '../../src/tensor/runtime.js'
import './worker-environment.js'

/** Does something when the last file of this worker has run. */
export function atWorkerEnd(step: () => Promise<unknown>): void {
  if (globalThis.endOfWorker === undefined) throw new Error('Tests need the environment of vitest.config.ts.')
  globalThis.endOfWorker.push(step)
}

let runtime: Runtime | undefined

/** The computing thread of this worker. */
export function sharedRuntime(): Runtime {
  if (runtime === undefined) {
    runtime = openRuntime({ threads: 1 })
    atWorkerEnd(runtime.close)
  }
  return runtime
}
