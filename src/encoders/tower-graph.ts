import { errors, reasonOf } from '../errors.js'
import { type Matrix, matrix } from '../tensor/matrix.js'
import { withOutput } from '../tensor/onnx/live.js'
import { type OnnxModel, openModel } from '../tensor/onnx/model.js'
import { readOnnxGraph } from '../tensor/onnx/read-graph.js'
import type { OpenOptions, Runtime, Session, Tensor } from '../tensor/runtime.js'
import { graphFile } from './graph-file.js'
import { keepClassToken } from './keep-class-token.js'
import type { Manifest, ModelFolder, TowerGraph } from './manifest.js'
import { openRemoteSession } from './remote/remote-session.js'

/** Opens a tower from its ONNX file, or on its server. Throws INVALID_MODEL, or as `openRemoteSession`. */
export async function openTower(model: ModelFolder, runtime: Runtime, tower: TowerGraph): Promise<Session> {
  const { manifest } = model
  if ('endpoint' in tower) return openRemoteSession(manifest.id, tower.endpoint)
  const file = graphFile(model, tower)
  try {
    // ONNX Runtime would keep two copies of the weights if it opened the file by its name.
    return await openTowerModel(runtime, await readOnnxGraph(file), tower, manifest)
  } catch (error) {
    throw errors.invalidModel({ file, reason: reasonOf(error) })
  }
}

/** Opens a tower from its model, without the parts that do not contribute to its features. */
export const openTowerModel = (
  runtime: Runtime,
  model: OnnxModel,
  { outputs }: Pick<TowerGraph, 'outputs'>,
  { precision }: Manifest,
): Promise<Session> => openModel(runtime, keepClassToken(withOutput(model, outputs)), optionsFor(precision))

/** At its last level, the optimiser of ONNX Runtime 1.30 crashes on some graphs in half precision. */
const optionsFor = (precision: Manifest['precision']): OpenOptions =>
  precision === 'fp16' ? { optimization: 'extended' } : {}

/** What a tower's graph has, of what it may have. */
export interface CheckedTower {
  readonly output: string
  /** The only number of rows that the graph takes; undefined if the number may vary. */
  readonly batch: number | undefined
  /** The element type of its input, such as `int64`. */
  readonly type: string
}

/**
 * Checks that a session has the tower's inputs, no others but `otherInputs`, and one of its outputs. Otherwise releases the
 * session and throws INVALID_MODEL.
 */
export async function checkTower(
  session: Session,
  file: string,
  { input, outputs }: Pick<TowerGraph, 'input' | 'outputs'>,
  otherInputs: readonly string[] = [],
): Promise<CheckedTower> {
  const expected = [input, ...otherInputs]
  const known = new Set(['attention_mask', 'token_type_ids', ...expected])
  const missing = expected.filter((name) => !session.inputs.includes(name))
  const unexpected = session.inputs.filter((name) => !known.has(name))
  const output = outputs.find((name) => session.outputs.includes(name))
  const reasons = [
    ...missing.map((name) => `it has no input ${name}`),
    ...unexpected.map((name) => `it wants an input ${name}`),
    ...(output === undefined ? [`it has no output ${outputs.join(' or ')}`] : []),
  ]
  const { shape: [batch] = [], type = '' } = session.signature[input] ?? {}
  if (!['float32', 'int32', 'int64'].includes(type))
    reasons.push(`its input ${input} is ${type}, not float32, int32 or int64`)
  if (output === undefined || reasons.length > 0) {
    await session.release()
    throw errors.invalidModel({ file, reason: reasons.join(', and ') })
  }
  return { output, batch: typeof batch === 'number' ? batch : undefined, type }
}

/** A tower's output as a matrix: [batch, dimensions]. Throws an error if it has another shape or type, or is not finite. */
export function featuresOf(output: Tensor | undefined, dimensions: number): Matrix {
  if (output?.type !== 'float32' || output.dims.length !== 2 || output.dims[1] !== dimensions) {
    const shape = JSON.stringify(output?.dims)
    throw new Error(`it returns features of shape ${shape}, not [batch, ${dimensions}]`)
  }
  if (!output.data.every(Number.isFinite)) throw new Error('it returns features that are not finite numbers')
  return matrix(output.dims[0] ?? 0, dimensions, output.data)
}
