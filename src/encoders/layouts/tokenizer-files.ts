import { join } from 'node:path'
import { z } from 'zod'
import { errors } from '../../errors.js'
import type { Tokenization } from '../manifest.js'
import { readModelJson, readOptionalJson } from './files.js'

/** A special token: its text, or an object with its text and how it is matched. */
const specialToken = z.string().or(z.looseObject({ content: z.string() }).transform(({ content }) => content))

const tokenizerSchema = z.looseObject({
  model: z.looseObject({ vocab: z.unknown() }),
  added_tokens: z.array(z.looseObject({ id: z.int(), content: z.string() })).default([]),
})
const settingsSchema = z.looseObject({ pad_token: specialToken.nullish(), eos_token: specialToken.nullish() })

const tokenizerFile = 'tokenizer.json'

/**
 * Reads a tokenizer's files: `tokenizer.json`, and `tokenizer_config.json` for the tokens that end and pad a text. Throws
 * INVALID_MODEL if a file is missing, or names a token that does not exist.
 */
export async function readTokenizer(
  folder: string,
  known: { readonly contextLength: number; readonly padToken?: number },
): Promise<{
  readonly tokenization: Pick<Tokenization, 'tokenizer' | 'contextLength' | 'padToken' | 'endOfTextToken'>
  readonly read: Readonly<Record<string, Uint8Array>>
}> {
  const file = join(folder, tokenizerFile)
  const tokenizer = await readModelJson(file, tokenizerSchema)
  const settings = await readOptionalJson(join(folder, 'tokenizer_config.json'), settingsSchema)

  const idOf = (token: string): number => {
    const id = tokenizer.value.added_tokens.find(({ content }) => content === token)?.id
    const inVocabulary = id ?? idInVocabulary(tokenizer.value.model.vocab, token)
    if (inVocabulary === undefined) throw errors.invalidModel({ file, reason: `it has no token ${token}` })
    return inVocabulary
  }
  const end = settings?.value.eos_token ?? knownEndTokens.find((token) => has(tokenizer.value, token))
  if (!end)
    throw errors.invalidModel({ file, reason: `it has none of the end tokens ${knownEndTokens.join(', ')}` })
  const pad = settings?.value.pad_token ?? end
  return {
    tokenization: {
      tokenizer: tokenizerFile,
      contextLength: known.contextLength,
      padToken: known.padToken ?? idOf(pad),
      endOfTextToken: idOf(end),
    },
    read: settings ? { 'tokenizer_config.json': settings.bytes } : {},
  }
}

const knownEndTokens = ['<|endoftext|>', '<end_of_text>', '</s>', '<eos>']

const has = ({ added_tokens, model }: z.infer<typeof tokenizerSchema>, token: string): boolean =>
  added_tokens.some(({ content }) => content === token) || idInVocabulary(model.vocab, token) !== undefined

/** A token's id. BPE stores its vocabulary as an object, Unigram as pairs of a token and its score. */
function idInVocabulary(vocabulary: unknown, token: string): number | undefined {
  if (Array.isArray(vocabulary)) {
    const index = vocabulary.findIndex((entry) => Array.isArray(entry) && entry[0] === token)
    return index < 0 ? undefined : index
  }
  const id = Object.entries(vocabulary ?? {}).find(([text]) => text === token)?.[1]
  return typeof id === 'number' ? id : undefined
}
