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

/** `x ↦ W_up·relu(W_down·x + b_down) + b_up`: one block's bottleneck. */
export interface Bottleneck {
  readonly down: { readonly weight: Matrix; readonly bias: Float32Array } // [bottleneck, width], [bottleneck]
  readonly up: { readonly weight: Matrix; readonly bias: Float32Array } // [width, bottleneck], [width]
}

/** Parallel bottleneck adapters for every block of an image encoder (AdaptFormer; methods of arXiv 2409.11338). */
export interface Adapter {
  readonly blocks: readonly Bottleneck[]
  readonly bottleneck: number
  readonly width: number
  /** s: what the adapters' output is multiplied by in the space `imo`. */
  readonly scale: number
  /** The encoder it was trained for. */
  readonly encoder: string
  /** Where it comes from: a checkpoint, a training run. */
  readonly provenance: string
}

const metadataSchema = z.object({
  bottleneck: z.coerce.number().int().positive(),
  scale: z.coerce.number().positive(),
  encoder: z.string(),
  provenance: z.string().default(''),
})

/**
 * Reads an adapter: a safetensors file of `blocks.N.down.weight` [bottleneck, width], `blocks.N.down.bias`,
 * `blocks.N.up.weight` [width, bottleneck] and `blocks.N.up.bias`, with `bottleneck`, `scale`, `encoder` and
 * `provenance` in its metadata. Throws INVALID_TENSOR_FILE, or INVALID_TENSOR naming the tensor.
 */
export async function readAdapter(file: string): Promise<Adapter> {
  return adapterOf(await readSafetensors(file), file)
}

/** As `readAdapter`, of the bytes of a file. */
export const parseAdapter = (bytes: Uint8Array, file: string): Adapter =>
  adapterOf(parseSafetensors(bytes, file), file)

function adapterOf({ tensors, metadata }: TensorFile, file: string): Adapter {
  const parsed = metadataSchema.safeParse(metadata)
  if (!parsed.success) {
    const reason = `its metadata are not those of an adapter (${z.prettifyError(parsed.error)})`
    throw errors.invalidTensorFile({ file, reason })
  }
  const { bottleneck, ...rest } = parsed.data
  const depth = new Set([...tensors.keys()].map((name) => /^blocks\.(\d+)\./.exec(name)?.[1])).size
  const width = tensors.get('blocks.0.up.bias')?.shape[0] ?? 0
  if (depth === 0 || width === 0) {
    throw errors.invalidTensorFile({ file, reason: 'it holds no tensor blocks.0.up.bias' })
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

/** Writes an adapter, whole or not at all. Throws DISK_FULL or STORAGE_FAILED. */
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

function floatsNamed(tensors: TensorFile['tensors'], tensor: string, shape: readonly number[]): Float32Array {
  const found = tensors.get(tensor)
  if (found === undefined) throw errors.invalidTensor({ tensor, reason: 'the adapter lacks it' })
  if (found.type !== 'float32' || JSON.stringify(found.shape) !== JSON.stringify(shape)) {
    const has = `${found.type} ${JSON.stringify(found.shape)}`
    throw errors.invalidTensor({ tensor, reason: `it is ${has}, not float32 ${JSON.stringify(shape)}` })
  }
  if (!found.data.every(Number.isFinite)) {
    throw errors.invalidTensor({ tensor, reason: 'it has numbers that are not finite' })
  }
  return found.data
}
