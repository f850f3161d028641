import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripAdapters } from '../../src/encoders/adapters/strip-adapters.js'
import { graphFile } from '../../src/encoders/graph-file.js'
import type { ModelFolder } from '../../src/encoders/manifest.js'
import { readModelFolder } from '../../src/encoders/model-folder.js'
import { seeded } from '../../src/system/random.js'
import { readOnnxModel } from '../../src/tensor/onnx/model.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import { adamW, noMoments } from '../../src/training/adam-w.js'
import { supervised } from '../../src/training/objectives/supervised.js'
import { prepareTrainableTower } from '../../src/training/trainable-tower.js'
import { type Benchmark, cost, inTurns, median, ms, onceMs, type Row, times } from '../benchmark.js'
import { startPython } from '../contestants.js'

const classes = 50

/** A training step of adapters of the embedded encoder, and of ViT-B/32 from $CLIP_EXPORTS, compared with PyTorch. */
export const training: readonly Benchmark[] = [
  {
    name: 'training-mini-clip',
    run: () => stepOf('mini-clip', fileURLToPath(new URL('../../models/mini-clip', import.meta.url)), 128, 9),
  },
  {
    name: 'training-vit-b-32',
    run: () => stepOf('vit-b-32', resolve(process.env.CLIP_EXPORTS ?? 'exports', 'vit-b-32'), 32, 5),
  },
]

async function stepOf(name: string, folder: string, batch: number, turns: number): Promise<readonly Row[]> {
  try {
    await access(folder)
  } catch {
    return [{ quantity: `${name}: no export in $CLIP_EXPORTS, see tools/export-clip`, ours: '–' }]
  }
  const model = await readModelFolder(folder)
  const { vision } = model.manifest
  const python = await startPython(
    'training.py',
    name === 'mini-clip' ? graphFile(model, vision) : folder,
    String(batch),
    String(classes),
  )
  const step = await ourStep(model, batch)
  const { ours = [], pytorch } = await inTurns(
    { ours: () => onceMs(step), ...(python && { pytorch: () => python.ask('step') }) },
    turns,
  )
  const peak = process.resourceUsage().maxRSS / 1024
  const theirs = await python?.ask('memory')
  python?.end()
  const of = `a training step of ${name}, batch ${batch}`
  const mib = (value: number) => `${value.toFixed(0)} MiB`
  return [
    pytorch ? cost(`${of}, compared with PyTorch`, ours, pytorch) : { quantity: of, ours: ms(median(ours)) },
    {
      quantity: `${of}, the most memory of the process`,
      ours: mib(peak),
      ...(theirs && { baseline: mib(theirs), ratio: times(peak / theirs) }),
    },
  ]
}

/** Gradients and AdamW, on prepared pixels. */
async function ourStep(model: ModelFolder, batch: number): Promise<() => Promise<void>> {
  const { imageSize, dimensions, vision } = model.manifest
  const graph = stripAdapters(await readOnnxModel(graphFile(model, vision)), vision.scaleInput)
  const tower = prepareTrainableTower(graph, { bottleneck: 64, scale: 0.03 }, 1)
  const runtime = openRuntime()
  const outputs = new Set(graph.graph.output.map(({ name }) => name))
  const objective = await supervised(runtime, {
    ...{ tower, dimensions, imageSize, classes, batch, dropout: 0.1, seed: 1 },
    pixels: vision.input,
    features: vision.outputs.find((name) => outputs.has(name)) ?? '',
  })
  const dims = [batch, 3, imageSize, imageSize]
  const random = seeded('pixels')
  const pixels = Float32Array.from({ length: dims.reduce((x, y) => x * y, 1) }, () => 4 * random.next() - 2)
  const labels = Array.from({ length: batch }, (_, i) => i % classes)
  const moments = noMoments(objective.parameters)
  let step = 0
  return async () => {
    const given = { pixels: { type: 'float32' as const, dims, data: pixels }, labels }
    const { gradientOf } = await objective.evaluate(given, step++)
    adamW(objective.parameters, gradientOf, moments, 0.008, { weightDecay: 0.01 })
  }
}
