import { join } from 'node:path'
import { createCaches } from '../../src/cache/caches.js'
import { evaluate } from '../../src/evaluation/evaluate.js'
import { readFeatureFile } from '../../src/features/feature-file.js'
import { builtin } from '../../src/plugins/builtin.js'
import { createRegistry } from '../../src/plugins/registry.js'
import { seeded } from '../../src/system/random.js'
import { createKernels } from '../../src/tensor/kernels.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import type { Benchmark, Row } from '../benchmark.js'
import { sharedFolder } from '../data.js'

const datasets = ['caltech61', 'dtd', 'sun397']
const methods = ['zero-shot', 'tip-adapter', 'tip-x', 'prototype']
const shots = 4

/** The expected calibration error of methods in `clip` at 4 shots, by LEAVE_ONE_OUT, on real features. */
export const calibration: Benchmark = {
  name: 'calibration',
  async run() {
    const registry = createRegistry([builtin()])
    const runtime = openRuntime()
    const kernels = createKernels(runtime)
    const rows: Row[] = []
    for (const dataset of datasets) {
      const folder = await sharedFolder(`${dataset}-clip-vit-b32`)
      if (!folder) {
        rows.push({ quantity: dataset, ours: 'skipped: its features are not here' })
        continue
      }
      const { test, ...features } = await readFeatureFile(join(folder, 'features.safetensors'))
      const support = features.support(shots)
      const caches = createCaches(support, kernels)
      for (const id of methods) {
        const request = {
          method: registry.method(id),
          space: registry.space('clip'),
          support,
          caches,
          kernels,
        }
        const found = await evaluate({ ...request, selection: 'LEAVE_ONE_OUT', test })
        rows.push({
          quantity: `${id} on ${dataset}, ${test.labels.length} test images`,
          ours: points(found.calibrationError),
          baseline: `by sampling alone ${points(bySampling(found.confidence))}`,
        })
      }
    }
    await runtime.close()
    return rows
  },
}

/** The mean error that a calibrated classifier with these confidences shows on as many images, over 20 draws. */
function bySampling(confidences: Float32Array): number {
  const random = seeded('calibration by sampling')
  let sum = 0
  for (let draw = 0; draw < 20; draw++) {
    const gaps = new Float64Array(15)
    for (const confidence of confidences) {
      const bin = Math.min(14, Math.max(0, Math.ceil(confidence * 15) - 1))
      gaps[bin] = (gaps[bin] as number) + confidence - Number(random.next() < confidence)
    }
    sum += gaps.reduce((all, gap) => all + Math.abs(gap), 0) / confidences.length
  }
  return sum / 20
}

const points = (error: number): string => `${(100 * error).toFixed(1)} points`
