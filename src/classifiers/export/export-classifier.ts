import { type Precision, precisions } from '../../encoders/manifest.js'
import { errors } from '../../errors.js'
import { selectFeatures } from '../../features/space-features.js'
import { faultOfGraphs } from '../../methods/check-graph.js'
import { isTrusted } from '../../spaces/call.js'
import type { NodeProto, TensorProto } from '../../tensor/onnx/onnx_pb.js'
import { withFields } from '../../tensor/onnx/with-fields.js'
import type { LoadedClassifier } from '../load-classifier.js'
import { examples } from './examples.js'
import { head, headGraph } from './head-graph.js'
import { minOpset, modelBytes, type WrittenGraph } from './model.js'
import { modelCard } from './model-card.js'
import { preprocessorConfig } from './preprocessor-config.js'
import { storedIn } from './stored-precision.js'
import { tritonConfig } from './triton.js'

export const exportLayouts = ['files', 'triton'] as const
export type ExportLayout = (typeof exportLayouts)[number]

export interface ExportOptions {
  /** `files`, the default: one folder. `triton`: a model repository for Triton and KServe. */
  readonly layout?: ExportLayout
  /** Only the part from image features on, for programs that have the encoder already. */
  readonly headOnly?: boolean
  /** How the encoder's weights are stored; the encoder's own precision by default. */
  readonly precision?: Precision
}

/** The files of an export by their paths. */
export type ExportedFiles = ReadonlyMap<string, Uint8Array | string>

/** The name of the whole model's input. */
export const pixelsInput = 'pixel_values'

/** A model that one file can hold: protocol buffers end at 2 GiB. */
const maxModelBytes = 2 ** 31 - 2 ** 20

/**
 * Exports a classifier as an ONNX model with what is needed to use it. Throws EXPORT_NOT_POSSIBLE, naming what stands in the way,
 * INVALID_VALUE, and the errors of `Encoder.visionGraph`.
 */
export async function exportClassifier(
  classifier: LoadedClassifier,
  { layout = 'files', headOnly = false, precision }: ExportOptions = {},
): Promise<ExportedFiles> {
  requireKnown('layout', layout, exportLayouts)
  if (precision !== undefined) requireKnown('precision', precision, precisions)
  if (headOnly && precision !== undefined && precision !== 'fp32') {
    const reason = 'A head by itself is always exported in fp32. Leave the precision out.'
    throw errors.invalidValue({ reason }, 'precision')
  }
  const { frozen, encoder, name, number } = classifier
  const labels = frozen.classes.map((each) => each.name)
  await requireTrueGraphs(classifier)
  const graph = headOnly ? await headModel(classifier) : await wholeModel(classifier, precision ?? 'fp32')
  const metadata = { classifier: name, version: String(number), labels: JSON.stringify(labels) }
  const bytes = modelBytes({ ...graph, metadata })
  const { preprocessing } = encoder
  const card = { headOnly, precision: precision ?? encoder.precision, inputs: graph.inputs }
  if (layout === 'triton') {
    const model = modelNameOf(name)
    return new Map<string, Uint8Array | string>([
      [`${model}/config.pbtxt`, tritonConfig({ ...graph, name: model })],
      [`${model}/labels.txt`, `${labels.map((label) => label.replace(/\s+/g, ' ')).join('\n')}\n`],
      [`${model}/1/model.onnx`, bytes],
      ['labels.json', json(labels)],
      ['README.md', modelCard(classifier, card)],
      ...(headOnly ? [] : [['preprocessor_config.json', json(preprocessorConfig(preprocessing))] as const]),
    ])
  }
  return new Map<string, Uint8Array | string>([
    ['model.onnx', bytes],
    ['labels.json', json(labels)],
    ['README.md', modelCard(classifier, card)],
    ...(headOnly
      ? []
      : [
          ['preprocessor_config.json', json(preprocessorConfig(preprocessing))] as const,
          ...Object.entries(examples(preprocessing)),
        ]),
  ])
}

/** A few images tell whether a graph computes what its method does. */
const imagesToCheck = 32

/** Throws EXPORT_NOT_POSSIBLE if the graph of a plugin's method or space has other numbers than the method or the space. */
async function requireTrueGraphs({ fitted, support }: LoadedClassifier): Promise<void> {
  const { method, cache } = fitted
  if (method.transductive || (isTrusted(method) && isTrusted(cache.space))) return
  const { rows } = cache.keys
  const images = Array.from({ length: Math.min(rows, imagesToCheck) }, (_, i) => i)
  const fault = await faultOfGraphs(fitted, selectFeatures(support.features, images))
  if (fault) throw errors.exportNotPossible(fault)
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** A name that folders and servers take. */
export const modelNameOf = (name: string): string =>
  name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '') || 'classifier'

function requireKnown(what: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return
  throw errors.invalidValue({ reason: `${what} must be one of ${known.join(', ')}, not ${value}.` }, what)
}

async function headModel({ fitted, frozen }: LoadedClassifier): Promise<WrittenGraph> {
  const { nodes, initializers, reads } = await headGraph(fitted)
  const { dimensions } = frozen.encoder
  return {
    inputs: {
      ...(reads.has('clip') && { [head.features]: ['batch', dimensions] }),
      ...(reads.has('base') && { [head.adapted]: ['batch', dimensions] }),
    },
    outputs: outputsOf(frozen.classes.length),
    ...{ nodes, initializers },
  }
}

const outputsOf = (classes: number): WrittenGraph['outputs'] => ({
  [head.logits]: ['batch', classes],
  [head.probabilities]: ['batch', classes],
})

/** The encoder with the head behind it. */
async function wholeModel(
  { fitted, frozen, encoder, encoderSpace }: LoadedClassifier,
  precision: Precision,
): Promise<WrittenGraph> {
  const { reads, ...own } = await headGraph(fitted)
  const adapted = reads.has('base') ? encoderSpace : null
  const tower = await encoder.visionGraph({ clip: reads.has('clip'), adapted })
  const opset = Number(tower.opsets.find(({ domain }) => domain === '')?.version ?? 0)
  if (opset < minOpset) {
    const reason = `its graph is of opset ${opset}, and ${minOpset} is the oldest that the head can follow. Export the head alone`
    throw errors.exportNotPossible({ what: `encoder ${encoder.id}`, reason })
  }
  const features = new Map([
    [head.features as string, tower.outputs.clip],
    [head.adapted as string, tower.outputs.imo],
  ])
  const taken = new Set([
    ...tower.initializers.map(({ name }) => name),
    ...tower.nodes.flatMap((each) => each.output),
  ])
  const headNames = (name: string): string => features.get(name) ?? (taken.has(name) ? `head ${name}` : name)
  const rename = (each: NodeProto): NodeProto =>
    withFields(each, { input: each.input.map(headNames), output: each.output.map(headNames) })
  const asInput = (each: NodeProto): NodeProto =>
    withFields(each, { input: each.input.map((name) => (name === tower.input ? pixelsInput : name)) })
  const weights = storedIn(precision, tower.initializers)
  const initializers: readonly TensorProto[] = [
    ...weights.initializers,
    ...own.initializers.map((tensor) => withFields(tensor, { name: headNames(tensor.name) })),
  ]
  const bytes = initializers.reduce((sum, { rawData }) => sum + rawData.length, 0)
  if (bytes > maxModelBytes) {
    const reason = `with ${(bytes / 1e9).toFixed(1)} GB it does not fit in one ONNX file. Choose --precision fp16 or q8, or export the head alone`
    throw errors.exportNotPossible({ what: `encoder ${encoder.id}`, reason })
  }
  const { imageSize } = encoder.preprocessing
  return {
    inputs: { [pixelsInput]: ['batch', 3, imageSize, imageSize] },
    outputs: outputsOf(frozen.classes.length),
    nodes: [...weights.nodes, ...tower.nodes.map(asInput), ...own.nodes.map(rename)],
    initializers,
    ...{ opsets: tower.opsets, irVersion: tower.irVersion },
  }
}
