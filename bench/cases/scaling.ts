import { evaluateFeatures } from '../../src/library/evaluate-features.js'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import type { Benchmark, Row } from '../benchmark.js'
import { caltech61 } from '../data.js'

/**
 * Accuracy of Tip-X with frozen ranges compared with ranges over the whole test batch; hyperparameters selected on
 * validation.
 */
export const scaling: Benchmark = {
  name: 'kl-scaling',
  async run() {
    const { features, label } = await caltech61()
    const common = {
      features,
      registry: createRegistry([builtin()]),
      kernels: createKernels(openRuntime()),
      methods: ['tip-x'],
      selection: 'VALIDATION' as const,
    }
    const frozen = evaluateFeatures({ ...common, klScaling: 'FROZEN' })
    const batch = evaluateFeatures({ ...common, klScaling: 'BATCH' })
    const rows: Row[] = []
    for await (const { shots, accuracy } of frozen) {
      const other = (await batch.next()).value
      rows.push({
        quantity: `Tip-X accuracy, klScaling FROZEN against BATCH, ${shots} shots, ${label}`,
        ours: `${accuracy.toFixed(2)} %`,
        baseline: `${other?.accuracy.toFixed(2)} %`,
        ratio: `${(accuracy - (other?.accuracy ?? 0)).toFixed(2)} points`,
      })
    }
    return rows
  },
}
