// Trains adapters for some steps and writes all that PyTorch needs to do the same: see training.py.
//   npx tsx tools/parity/training.ts VISION.onnx OUT.safetensors [STEPS] [BATCH] [BOTTLENECK] [CLASSES]
import { stripAdapters } from '../../src/encoders/adapters/strip-adapters.js'
import { seeded } from '../../src/system/random.js'
import { readOnnxModel } from '../../src/tensor/onnx/model.js'
import { openRuntime } from '../../src/tensor/runtime.js'
import { type NamedTensor, writeSafetensors } from '../../src/tensor/safetensors.js'
import { adamW, noMoments } from '../../src/training/adam-w.js'
import { supervised } from '../../src/training/objectives/supervised.js'
import { prepareTrainableTower } from '../../src/training/trainable-tower.js'

const [file = '', out = '', ...numbers] = process.argv.slice(2)
const [steps = 100, batch = 16, bottleneck = 64, classes = 10] = numbers.map(Number)
/** So many batches are seen again and again. */
const batches = 8
const [scale, rate, weightDecay] = [0.1, 0.008, 0.01]

const model = stripAdapters(await readOnnxModel(file), 'adapter_scale')
const pixels = model.graph.input[0]?.name ?? ''
const outputs = model.graph.output.map(({ name }) => name)
const output = ['image_embeds', 'pooler_output'].find((name) => outputs.includes(name)) ?? outputs[0] ?? ''
const imageSize = Number(
  model.graph.input[0]?.type?.value.case === 'tensorType'
    ? model.graph.input[0].type.value.value.shape?.dim[2]?.value.value
    : 0,
)
const tower = prepareTrainableTower(model, { bottleneck, scale }, 1)
const runtime = openRuntime()
const probe = await probeDimensions()
const objective = await supervised(runtime, {
  tower,
  pixels,
  features: output,
  dimensions: probe,
  imageSize,
  classes,
  batch,
  dropout: 0,
  seed: 1,
})

const tensors = new Map<string, NamedTensor>()
const put = (name: string, shape: readonly number[], data: Float32Array) =>
  tensors.set(name, { type: 'float32', shape, data: data.slice() })

// Away from zero, so that every gradient is one from the first step.
const random = seeded('away from zero')
for (const [name, { shape, data }] of objective.parameters) {
  for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) + 0.05 * (2 * random.next() - 1)
  put(`start/${name}`, shape, data)
}
const dims = [batch, 3, imageSize, imageSize]
const images = Array.from({ length: batches }, (_, b) => {
  const noise = seeded('pixels', b)
  return Float32Array.from({ length: dims.reduce((x, y) => x * y, 1) }, () => 4 * noise.next() - 2)
})
for (const [b, data] of images.entries()) put(`pixels/${b}`, dims, data)

const losses: number[] = []
const milliseconds: number[] = []
const moments = noMoments(objective.parameters)
for (let step = 0; step < steps; step++) {
  const data = images[step % batches]?.slice() ?? new Float32Array()
  const labels = Array.from({ length: batch }, (_, i) => (i + step) % classes)
  const started = performance.now()
  const { loss, gradientOf } = await objective.evaluate(
    { pixels: { type: 'float32', dims, data }, labels },
    step,
  )
  if (step === 0) {
    for (const [name, { shape }] of objective.parameters) put(`gradient/${name}`, shape, gradientOf(name))
  }
  adamW(objective.parameters, gradientOf, moments, rate, { weightDecay })
  milliseconds.push(performance.now() - started)
  losses.push(loss)
}
put('losses', [steps], Float32Array.from(losses))
const settings = { batch, bottleneck, classes, scale, rate, weightDecay }
const metadata = Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]))
const median = milliseconds.toSorted((a, b) => a - b)[Math.floor(steps / 2)] ?? 0
await writeSafetensors(
  out,
  { tensors, metadata: { ...metadata, milliseconds: median.toFixed(1) } },
  'the steps',
)
console.log(
  `${steps} steps of ${batch} images, median ${median.toFixed(1)} ms, loss ${losses[0]} to ${losses.at(-1)}`,
)
await runtime.close()

async function probeDimensions(): Promise<number> {
  const session = await runtime.open(file)
  const feeds = Object.fromEntries(
    session.inputs.map((name) => [
      name,
      name === pixels
        ? {
            type: 'float32' as const,
            dims: [1, 3, imageSize, imageSize],
            data: new Float32Array(3 * imageSize ** 2),
          }
        : { type: 'float32' as const, dims: [1], data: new Float32Array(1) },
    ]),
  )
  const { [output]: result } = await session.run(feeds)
  await session.release()
  return result?.dims[1] ?? 0
}
