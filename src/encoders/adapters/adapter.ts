import { z } from 'zod'
import { errors } from '../../errors.js'
import type { Matrix } from '../../tensor/matrix.js'
import { matrix } from '../../tensor/matrix.js'
import {
  type NamedTensor,
  parseSafetensors,
  readSafetensors,
  type TensorFile,
  writeSafetensors,
} from '../../tensor/safetensors.js'

/** The bottleneck of one block: `x ↦ W_up·relu(W_down·x + b_down) + b_up`. */
export interface Bottleneck {
  readonly down: { readonly weight: Matrix; readonly bias: Float32Array } // [bottleneck, width], [bottleneck]
  readonly up: { readonly weight: Matrix; readonly bias: Float32Array } // [width, bottleneck], [width]
}

/** Parallel bottleneck adapters for all blocks of an image encoder (AdaptFormer, arXiv 2205.13535; arXiv 2409.11338). */
export interface Adapter {
  readonly blocks: readonly Bottleneck[]
  /** The inner width of each bottleneck. */
  readonly bottleneck: number
  /** The length of a token's vector. */
  readonly width: number
  /** s, the factor for the adapters' output in the space `imo`. */
  readonly scale: number
  /** The id of the encoder that it was trained for. */
  readonly encoder: string
  /** Its origin, such as a checkpoint or a training run. */
  readonly provenance: string
}

const metadataSchema = z.object({
  bottleneck: z.coerce.number().int().positive(),
  // Adapters are trained at scales around 1. With a far larger one, features would overflow.
  scale: z.coerce.number().positive().max(1000),
  encoder: z.string(),
  provenance: z.string().default(''),
})

/**
 * Reads an adapter: a safetensors file with the tensors `blocks.N.down.weight` [bottleneck, width], `blocks.N.down.bias`
 * [bottleneck], `blocks.N.up.weight` [width, bottleneck] and `blocks.N.up.bias` [width], and the metadata `bottleneck`,
 * `scale`, `encoder` and `provenance`. Throws INVALID_TENSOR_FILE, or INVALID_TENSOR with the tensor at fault.
 */
export async function readAdapter(file: string): Promise<Adapter> {
  return adapterOf(await readSafetensors(file), file)
}

/** Parses the bytes of an adapter's file; errors name `file`. Throws as `readAdapter`. */
export const parseAdapter = (bytes: Uint8Array, file: string): Adapter =>
  adapterOf(parseSafetensors(bytes, file), file)

function adapterOf({ tensors, metadata }: TensorFile, file: string): Adapter {
  const parsed = metadataSchema.safeParse(metadata)
  if (!parsed.success) {
    const reason = `its metadata is not that of an adapter (${z.prettifyError(parsed.error)})`
    throw errors.invalidTensorFile({ file, reason })
  }
  const { bottleneck, ...rest } = parsed.data
  const depth = new Set([...tensors.keys()].map((name) => /^blocks\.(\d+)\./.exec(name)?.[1])).size
  const width = tensors.get('blocks.0.up.bias')?.shape[0] ?? 0
  if (depth === 0 || width === 0) {
    throw errors.invalidTensorFile({ file, reason: 'it has no tensor blocks.0.up.bias' })
  }
  const blocks = Array.from({ length: depth }, (_, n): Bottleneck => {
    const floats = (part: string, shape: readonly number[]) =>
      floatsNamed(tensors, `blocks.${n}.${part}`, shape)
    return {
      down: {
        weight: matrix(bottleneck, width, floats('down.weight', [bottleneck, width])),
        bias: floats('down.bias', [bottleneck]),
      },
      up: {
        weight: matrix(width, bottleneck, floats('up.weight', [width, bottleneck])),
        bias: floats('up.bias', [width]),
      },
    }
  })
  return { blocks, bottleneck, width, ...rest }
}

/** Writes an adapter atomically. Throws DISK_FULL or STORAGE_FAILED. */
export function writeAdapter(file: string, adapter: Adapter): Promise<void> {
  const tensors = new Map<string, NamedTensor>()
  const put = (name: string, shape: readonly number[], data: Float32Array) =>
    tensors.set(name, { type: 'float32', shape, data })
  for (const [n, { down, up }] of adapter.blocks.entries()) {
    put(`blocks.${n}.down.weight`, [adapter.bottleneck, adapter.width], down.weight.data)
    put(`blocks.${n}.down.bias`, [adapter.bottleneck], down.bias)
    put(`blocks.${n}.up.weight`, [adapter.width, adapter.bottleneck], up.weight.data)
    put(`blocks.${n}.up.bias`, [adapter.width], up.bias)
  }
  const { bottleneck, scale, encoder, provenance } = adapter
  const metadata = { bottleneck: String(bottleneck), scale: String(scale), encoder, provenance }
  return writeSafetensors(file, { tensors, metadata }, 'an adapter')
}

/** No trained weight comes near it, and features stay finite below it. */
const maxWeight = 1e6

function floatsNamed(tensors: TensorFile['tensors'], tensor: string, shape: readonly number[]): Float32Array {
  const found = tensors.get(tensor)
  if (found === undefined) throw errors.invalidTensor({ tensor, reason: 'the adapter does not have it' })
  if (found.type !== 'float32' || JSON.stringify(found.shape) !== JSON.stringify(shape)) {
    const actual = `${found.type} ${JSON.stringify(found.shape)}`
    throw errors.invalidTensor({ tensor, reason: `it is ${actual}, not float32 ${JSON.stringify(shape)}` })
  }
  if (!found.data.every(Number.isFinite)) {
    throw errors.invalidTensor({ tensor, reason: 'some of its numbers are not finite' })
  }
  const largest = found.data.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
  if (largest > maxWeight) {
    throw errors.invalidTensor({ tensor, reason: `it has a number as large as ${largest}` })
  }
  return found.data
}
