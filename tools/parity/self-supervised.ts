// Writes the small self-distillation that the tests run, for self_supervised.py to do the same in PyTorch.
//   npx tsx tools/parity/self-supervised.ts DUMP.safetensors
import { openRuntime } from '../../src/tensor/runtime.js'
import { type NamedTensor, writeSafetensors } from '../../src/tensor/safetensors.js'
import { smallDistillation } from '../../test/helpers/training.js'

const runtime = openRuntime()
const { objective, batch } = await smallDistillation(runtime)
const tensors = new Map<string, NamedTensor>()
for (const [name, { shape, data }] of [...objective.parameters, ...objective.state]) {
  tensors.set(name, { type: 'float32', shape, data })
}
for (const [name, { dims, data }] of Object.entries(batch)) {
  tensors.set(name, { type: 'float32', shape: dims, data: Float32Array.from(data, Number) })
}
await writeSafetensors(process.argv[2] ?? '', { tensors, metadata: {} }, 'the steps')
await runtime.close()
