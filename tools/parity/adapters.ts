// Compares adapters in a rewritten graph with what adapters.py wrote: npx tsx tools/parity/adapters.ts MODEL_DIR...
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { readAdapter } from '../../src/encoders/adapters/adapter.js'
import { adapterScaleInput, attachAdapter } from '../../src/encoders/adapters/attach.js'
import { graphOverFile, readOnnxModel } from '../../src/tensor/onnx/model.js'
import { openRuntime, type Session } from '../../src/tensor/runtime.js'
import { readSafetensors } from '../../src/tensor/safetensors.js'
import { leastCosine } from '../../test/encoders/adapters/files.js'

const runtime = openRuntime()
for (const folder of process.argv.slice(2)) {
  const adapter = await readAdapter(join(folder, 'adapter.safetensors'))
  const { tensors } = await readSafetensors(join(folder, 'expected.safetensors'))
  const floats = (name: string): Float32Array => {
    const tensor = tensors.get(name)
    if (tensor?.type !== 'float32') throw new Error(`no tensor ${name}`)
    return tensor.data
  }
  const shape = tensors.get('pixels')?.shape ?? []
  const run = async (session: Session, scale?: number): Promise<Float32Array> => {
    const output = session.outputs.includes('image_embeds') ? 'image_embeds' : 'pooler_output'
    const results = await session.run({
      pixel_values: { type: 'float32', dims: shape, data: floats('pixels') },
      ...(scale !== undefined && {
        [adapterScaleInput]: { type: 'float32', dims: [1], data: Float32Array.of(scale) },
      }),
    })
    const features = results[output]
    if (features?.type !== 'float32') throw new Error(`no ${output}`)
    return features.data
  }
  const graphs = (await readdir(join(folder, 'onnx'))).filter((name) => name.startsWith('vision'))
  for (const graph of graphs.toSorted()) {
    const file = join(folder, 'onnx', graph)
    const options = graph.includes('fp16') ? ({ optimization: 'extended' } as const) : {}
    const unmodified = await runtime.open(file, options)
    const plain = await run(unmodified)
    await unmodified.release()
    const model = await readOnnxModel(file)
    attachAdapter(model, adapter)
    const { model: bytes, weightsFolder } = graphOverFile(model)
    const adapted = await runtime.open(bytes, { ...options, weightsFolder })
    const [off, on] = [await run(adapted, 0), await run(adapted, adapter.scale)]
    await adapted.release()
    const d = plain.length / (shape[0] ?? 0)
    const same = off.every((value, i) => Object.is(value, plain[i]))
    console.log(
      `${basename(folder)} ${graph}: to PyTorch clip ${leastCosine(off, floats('clip'), d).toFixed(7)}, ` +
        `imo ${leastCosine(on, floats('imo'), d).toFixed(7)}; scale 0 ${same ? 'bit for bit the model' : 'DIFFERS'}`,
    )
  }
}
await runtime.close()
