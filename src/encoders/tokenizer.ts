import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import { errors, reasonOf } from '../errors.js'
import type { ModelFolder } from './manifest.js'
import { cleanText } from './text-cleaning.js'
import { asReferenceReads } from './tokenizer-json.js'

/** Token ids, [B, L], padded behind the end token. */
export interface TokenIds {
  readonly ids: BigInt64Array
  readonly length: number
  /** How many ids of each row are not padding. */
  readonly lengths: readonly number[]
}

/** Texts to token ids, padded to `length`, or to what the model was trained with. */
export type TextTokenizer = (texts: readonly string[], length?: number) => TokenIds

/** The tokenizer of a model folder. Throws INVALID_MODEL where its file is malformed. */
export async function openTokenizer({ folder, manifest }: ModelFolder): Promise<TextTokenizer> {
  const file = join(folder, manifest.tokenizer)
  let tokenizer: Tokenizer
  let lowersEachAlone: boolean
  try {
    const json = JSON.parse(await readFile(file, 'utf8'))
    lowersEachAlone = JSON.stringify(json.normalizer ?? null).includes('"Lowercase"')
    tokenizer = new Tokenizer(asReferenceReads(json), {})
  } catch (error) {
    throw errors.invalidModel({ file, reason: reasonOf(error) })
  }
  const { contextLength, endOfTextToken, padToken, padding, cleaning } = manifest

  /** What is too long for the context is cut, the end token kept. */
  function idsOf(text: string): number[] {
    const clean = cleanText(text, cleaning)
    // The reference lowers character by character, and so never to a final sigma.
    const { ids } = tokenizer.encode(lowersEachAlone ? clean.replaceAll('Σ', 'σ') : clean)
    return ids.length <= contextLength ? ids : [...ids.slice(0, contextLength - 1), endOfTextToken]
  }

  return (texts, length) => {
    const rows = texts.map(idsOf)
    const shortest = padding === 'context' ? contextLength : 3
    const columns = length ?? Math.max(shortest, ...rows.map((row) => row.length))
    const ids = new BigInt64Array(rows.length * columns).fill(BigInt(padToken))
    rows.forEach((row, i) => {
      ids.set(row.map(BigInt), i * columns)
    })
    return { ids, length: columns, lengths: rows.map((row) => row.length) }
  }
}
