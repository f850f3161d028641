import { createKernels, type Kernels } from '../tensor/kernels.js'
import { openRuntime } from '../tensor/runtime.js'

let opened: Kernels | undefined

/** The kernels of all checks, opened at first use. An idle runtime does not keep the process alive. */
export function sharedKernels(): Kernels {
  opened ??= createKernels(openRuntime({ threads: 1 }))
  return opened
}
