import type { Matrix } from '../tensor/matrix.js'
import type { Runtime, Tensor } from '../tensor/runtime.js'
import { nameOfTower } from './graph-file.js'
import type { ModelFolder } from './manifest.js'
import { runTower } from './run-tower.js'
import type { TokenIds } from './tokenizer.js'
import { checkTower, openTower } from './tower-graph.js'

/** An open text tower. */
export interface TextTower {
  /** The only number of tokens that the graph takes; undefined if the number may vary. */
  readonly length: number | undefined
  /** Features of texts, not of unit length: [B, d]. */
  encode(tokens: TokenIds): Promise<Matrix>
  release(): Promise<void>
}

/** Opens a model's text tower. Throws INVALID_MODEL with the file at fault. */
export async function openTextTower(model: ModelFolder, runtime: Runtime): Promise<TextTower> {
  const { text, padding, dimensions } = model.manifest
  const session = await openTower(model, runtime, text)
  const { output, batch, type } = await checkTower(session, nameOfTower(model, text), text)
  const columns = session.signature[text.input]?.shape[1]
  const whole = type === 'int32' ? int32 : int64
  return {
    length: typeof columns === 'number' ? columns : undefined,
    encode({ ids, length, lengths }) {
      const dims = [lengths.length, length]
      const flags = (isSet: (row: number, column: number) => boolean): Tensor =>
        whole(
          dims,
          BigInt64Array.from(ids, (_, i) => (isSet(Math.floor(i / length), i % length) ? 1n : 0n)),
        )
      // SigLIP attends to its padding.
      const isAttended = (row: number, column: number) =>
        padding === 'context' || column < (lengths[row] ?? 0)
      return runTower({ session, output, batch, dimensions }, lengths.length, {
        [text.input]: whole(dims, ids),
        ...(session.inputs.includes('attention_mask') && { attention_mask: flags(isAttended) }),
        ...(session.inputs.includes('token_type_ids') && { token_type_ids: flags(() => false) }),
      })
    },
    release: () => session.release(),
  }
}

const int64 = (dims: readonly number[], data: BigInt64Array): Tensor => ({ type: 'int64', dims, data })
const int32 = (dims: readonly number[], data: BigInt64Array): Tensor => ({
  type: 'int32',
  dims,
  data: Int32Array.from(data, Number),
})
