import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import { errors, reasonOf } from '../errors.js'
import type { ModelFolder } from './manifest.js'

/** Texts to token ids, [B, L], padded behind the end token. */
export type TextTokenizer = (texts: readonly string[]) => {
  readonly ids: BigInt64Array
  readonly length: number
}

/** The tokenizer of a model folder. Throws INVALID_MODEL where its file is malformed. */
export async function openTokenizer({ folder, manifest }: ModelFolder): Promise<TextTokenizer> {
  const file = join(folder, manifest.tokenizer)
  let tokenizer: Tokenizer
  try {
    tokenizer = new Tokenizer(JSON.parse(await readFile(file, 'utf8')), {})
  } catch (error) {
    throw errors.invalidModel({ file, reason: reasonOf(error) })
  }
  const { contextLength, endOfTextToken, padToken } = manifest

  /** What is too long for the context is cut, the end token kept. */
  function idsOf(text: string): number[] {
    const { ids } = tokenizer.encode(text)
    return ids.length <= contextLength ? ids : [...ids.slice(0, contextLength - 1), endOfTextToken]
  }

  return (texts) => {
    const rows = texts.map(idsOf)
    const length = Math.max(3, ...rows.map((row) => row.length))
    const ids = new BigInt64Array(rows.length * length).fill(BigInt(padToken))
    rows.forEach((row, i) => {
      ids.set(row.map(BigInt), i * length)
    })
    return { ids, length }
  }
}
