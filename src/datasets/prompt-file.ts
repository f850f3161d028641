import { z } from 'zod'
import { errors } from '../errors.js'
import { parseJson } from '../system/parse-json.js'
import type { ClassInput } from './class-input.js'

const fileSchema = z.record(z.string(), z.array(z.string().trim().min(1)).min(1))

/** The prompts of classes, and the names in the file whose sentences are of none of them. */
export interface FilePrompts {
  readonly classes: readonly ClassInput[]
  readonly unused: readonly string[]
}

/**
 * The sentences of a file in the form of CuPL (Pratt et al., arXiv 2209.03320), `{"class": ["sentence", …]}`, for the classes of a
 * dataset. Where no name is the same, names are compared without case and with `_` as a space. Throws INVALID_VALUE for another
 * form, or for a class that the file does not name.
 */
export function promptsOfFile(text: string, names: readonly string[]): FilePrompts {
  let content: z.infer<typeof fileSchema>
  try {
    content = fileSchema.parse(parseJson(text))
  } catch {
    const reason =
      'The file of prompts must have the form {"class": ["sentence", …]}, with at least one sentence a class.'
    throw errors.invalidValue({ reason }, 'file')
  }
  const given = new Map(Object.entries(content))
  const similar = new Map([...given.keys()].map((name) => [plain(name), name]))
  const keyOf = (name: string) => (given.has(name) ? name : similar.get(plain(name)))
  const missing = names.filter((name) => keyOf(name) === undefined)
  if (missing.length > 0) {
    const more = missing.length - maxNamed
    const named = missing.slice(0, maxNamed).join(', ') + (more > 0 ? ` and ${more} more` : '')
    const reason = `The file of prompts does not name the class${missing.length === 1 ? '' : 'es'} ${named}.`
    throw errors.invalidValue({ reason }, 'file')
  }
  const keys = names.map((name) => keyOf(name) ?? name)
  const used = new Set(keys)
  return {
    classes: names.map((name, i) => ({ name, prompts: given.get(keys[i] ?? name) ?? [] })),
    unused: [...given.keys()].filter((name) => !used.has(name)),
  }
}

/** Classes that an error names. */
const maxNamed = 100

const plain = (name: string): string => name.normalize('NFC').trim().toLowerCase().replaceAll('_', ' ')
