import { join, resolve } from 'node:path'
import { errors, reasonOf } from '../errors.js'
import { type Matrix, matrix } from '../tensor/matrix.js'
import { withOutput } from '../tensor/onnx/live.js'
import { type OnnxModel, openModel } from '../tensor/onnx/model.js'
import { readOnnxGraph } from '../tensor/onnx/read-graph.js'
import type { OpenOptions, Runtime, Session, Tensor } from '../tensor/runtime.js'
import { readAdapter } from './adapters/adapter.js'
import { adapterScaleInput, attachAdapter } from './adapters/attach.js'
import { stripAdapters } from './adapters/strip-adapters.js'
import type { EncoderSpace } from './encoder.js'
import { keepClassToken } from './keep-class-token.js'
import type { Manifest, ModelFolder, Tower } from './manifest.js'
import type { TokenIds } from './tokenizer.js'

/** Preprocessed images to features, not of unit length. */
export interface VisionTower {
  /** `pixels` are [N, 3, size, size]; with `give` they are handed over and must not be used again. */
  encode(pixels: Float32Array, count: number, space: EncoderSpace, transfer: boolean): Promise<Matrix>
  release(): Promise<void>
}

/** Token ids to features, not of unit length. */
export interface TextTower {
  /** How many tokens the graph takes, where it takes no other number. */
  readonly length: number | undefined
  encode(tokens: TokenIds): Promise<Matrix>
  release(): Promise<void>
}

/** Opens the image tower, its adapter attached. Throws INVALID_MODEL or INVALID_ADAPTER with the file at fault. */
export async function openVisionTower(model: ModelFolder, runtime: Runtime): Promise<VisionTower> {
  const { manifest } = model
  const { vision, adapter, imageSize } = manifest
  const file = join(model.folder, vision.file)
  const { session, scale, scaleInput } =
    adapter && 'file' in adapter
      ? await openAdapted(model, adapter.file, runtime)
      : {
          session: await openGraph(file, runtime, vision, manifest),
          scale: adapter?.scale ?? 0,
          scaleInput: vision.scaleInput,
        }
  const output = checked(session, file, vision, [scaleInput])
  return {
    async encode(pixels, count, space, transfer) {
      const one = (value: number): Tensor => ({ type: 'float32', dims: [1], data: Float32Array.of(value) })
      const feeds: Record<string, Tensor> = {
        [vision.input]: { type: 'float32', dims: [count, 3, imageSize, imageSize], data: pixels },
        ...(scaleInput !== undefined && { [scaleInput]: one(space === 'imo' ? scale : 0) }),
      }
      const results = await session.run(feeds, {
        transfer: transfer ? [vision.input] : [],
        outputs: [output],
      })
      return toMatrix(results[output], manifest.dimensions)
    },
    release: () => session.release(),
  }
}

/** Opens the text tower. Throws INVALID_MODEL with the file at fault. */
export async function openTextTower(model: ModelFolder, runtime: Runtime): Promise<TextTower> {
  const { text, padding, dimensions } = model.manifest
  const file = join(model.folder, text.file)
  const session = await openGraph(file, runtime, text, model.manifest)
  const output = checked(session, file, text, [])
  const columns = session.signature[text.input]?.shape[1]
  return {
    length: typeof columns === 'number' ? columns : undefined,
    async encode({ ids, length, lengths }) {
      const dims = [lengths.length, length]
      const filled = (value: (row: number, column: number) => boolean): Tensor => ({
        type: 'int64',
        dims,
        data: BigInt64Array.from(ids, (_, at) => (value(Math.floor(at / length), at % length) ? 1n : 0n)),
      })
      const mask = (row: number, column: number) => padding === 'context' || column < (lengths[row] ?? 0)
      const results = await session.run(
        {
          [text.input]: { type: 'int64', dims, data: ids },
          ...(session.inputs.includes('attention_mask') && { attention_mask: filled(mask) }),
          ...(session.inputs.includes('token_type_ids') && { token_type_ids: filled(() => false) }),
        },
        { outputs: [output] },
      )
      return toMatrix(results[output], dimensions)
    },
    release: () => session.release(),
  }
}

/** The image tower with an adapter file's bottlenecks in its graph. */
async function openAdapted({ folder, manifest }: ModelFolder, name: string, runtime: Runtime) {
  const [file, adapterFile] = [join(folder, manifest.vision.file), resolve(folder, name)]
  const adapter = await readAdapter(adapterFile)
  try {
    // Adapters that are part of the graph make way for those that are attached.
    const model = stripAdapters(await readOnnxGraph(file), manifest.vision.scaleInput)
    attachAdapter(model, adapter)
    const session = await openTower(runtime, model, manifest.vision, manifest)
    return { session, scale: adapter.scale, scaleInput: adapterScaleInput }
  } catch (error) {
    throw errors.invalidAdapter({ file: adapterFile, model: file, reason: reasonOf(error) })
  }
}

async function openGraph(file: string, runtime: Runtime, tower: Tower, manifest: Manifest): Promise<Session> {
  try {
    // Over its file a graph takes one copy of its weights in memory; by its name ONNX Runtime makes two.
    return await openTower(runtime, await readOnnxGraph(file), tower, manifest)
  } catch (error) {
    throw errors.invalidModel({ file, reason: reasonOf(error) })
  }
}

/** The tower with what does not serve its features left out. */
const openTower = (
  runtime: Runtime,
  model: OnnxModel,
  { outputs }: Tower,
  manifest: Manifest,
): Promise<Session> => openModel(runtime, keepClassToken(withOutput(model, outputs)), optionsFor(manifest))

/** At its last level the optimiser of ONNX Runtime 1.30 crashes on some graphs in half precision. */
const optionsFor = ({ precision }: Manifest): OpenOptions =>
  precision === 'fp16' ? { optimization: 'extended' } : {}

/** Which of a tower's outputs the graph has. Throws INVALID_MODEL where the graph is not what the manifest says. */
function checked(
  session: Session,
  file: string,
  { input, outputs }: Tower,
  others: readonly (string | undefined)[],
): string {
  const known = new Set(['attention_mask', 'token_type_ids', input, ...others])
  const missing = [input, ...others].filter((name) => name !== undefined && !session.inputs.includes(name))
  const strange = session.inputs.filter((name) => !known.has(name))
  const output = outputs.find((name) => session.outputs.includes(name))
  const reasons = [
    ...missing.map((name) => `it has no input ${name}`),
    ...strange.map((name) => `it wants an input ${name}`),
    ...(output === undefined ? [`it has no output ${outputs.join(' or ')}`] : []),
  ]
  const { shape: [batch] = [], type = '' } = session.signature[input] ?? {}
  if (typeof batch === 'number')
    reasons.push(`its batch is fixed at ${batch}: export it with a batch that varies`)
  if (!['float32', 'int64'].includes(type))
    reasons.push(`its input ${input} is ${type}, not float32 or int64`)
  if (output === undefined || reasons.length > 0) {
    throw errors.invalidModel({ file, reason: reasons.join(', and ') })
  }
  return output
}

function toMatrix(output: Tensor | undefined, dimensions: number): Matrix {
  if (output?.type !== 'float32' || output.dims.length !== 2 || output.dims[1] !== dimensions) {
    throw new Error(`it gives features of shape ${JSON.stringify(output?.dims)}, not [batch, ${dimensions}]`)
  }
  return matrix(output.dims[0] ?? 0, dimensions, output.data)
}
