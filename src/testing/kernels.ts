import { createKernels, type Kernels } from '../tensor/kernels.js'
import { openRuntime } from '../tensor/runtime.js'

let opened: Kernels | undefined

/** The kernels that all checks share, opened when first used. An idle runtime keeps no process alive. */
export function sharedKernels(): Kernels {
  opened ??= createKernels(openRuntime({ threads: 1 }))
  return opened
}
