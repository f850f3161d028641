import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import { errors, reasonOf } from '../errors.js'
import type { ModelFolder } from './manifest.js'
import { cleanText } from './text-cleaning.js'
import { withSpelledOutSpaces } from './tokenizer-json.js'

/** Token ids of texts, [B, length]. Padding follows the end token. */
export interface TokenIds {
  readonly ids: BigInt64Array
  readonly length: number
  /** The number of ids in each row before its padding. */
  readonly lengths: readonly number[]
}

/** Texts to token ids. Rows are padded to `length`, or by default as the model's manifest says. */
export type TextTokenizer = (texts: readonly string[], length?: number) => TokenIds

/** Opens the tokenizer of a model folder. Throws INVALID_MODEL if its file is missing or malformed. */
export async function openTokenizer({ folder, manifest }: ModelFolder): Promise<TextTokenizer> {
  const file = join(folder, manifest.tokenizer)
  let tokenizer: Tokenizer
  let isLowercasing: boolean
  try {
    const json = JSON.parse(await readFile(file, 'utf8'))
    isLowercasing = JSON.stringify(json.normalizer ?? null).includes('"Lowercase"')
    tokenizer = new Tokenizer(withSpelledOutSpaces(json), {})
  } catch (error) {
    throw errors.invalidModel({ file, reason: reasonOf(error) })
  }
  const { contextLength, endOfTextToken, padToken, padding, cleaning } = manifest

  /** A text that is too long for the context is cut before its end token. */
  function idsOf(text: string): number[] {
    const clean = cleanText(text, cleaning)
    // The reference lowercases character by character, so it never makes a final sigma.
    const { ids } = tokenizer.encode(isLowercasing ? clean.replaceAll('Σ', 'σ') : clean)
    return ids.length <= contextLength ? ids : [...ids.slice(0, contextLength - 1), endOfTextToken]
  }

  return (texts, length) => {
    const rows = texts.map(idsOf)
    const minColumns = padding === 'context' ? contextLength : 3
    const columns = length ?? Math.max(minColumns, ...rows.map((row) => row.length))
    const ids = new BigInt64Array(rows.length * columns).fill(BigInt(padToken))
    rows.forEach((row, i) => {
      ids.set(row.map(BigInt), i * columns)
    })
    return { ids, length: columns, lengths: rows.map((row) => row.length) }
  }
}
