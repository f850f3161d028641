import { z } from 'zod'
import { errors } from '../errors.js'
import { parseJson } from '../system/parse-json.js'
import type { ClassInput } from './class-input.js'

const fileSchema = z.record(z.string(), z.array(z.string().trim().min(1)).min(1))

/**
 * The sentences of a file in the form of CuPL (Pratt et al., arXiv 2209.03320), `{"class": ["sentence", …]}`, for the classes of a
 * dataset. Where no name is the same, names are compared without case and with `_` as a space. Sentences of other names are left out. Throws INVALID_VALUE for another form, or for a class that
 * the file does not name.
 */
export function promptsOfFile(text: string, classes: readonly string[]): ClassInput[] {
  let content: z.infer<typeof fileSchema>
  try {
    content = fileSchema.parse(parseJson(text))
  } catch {
    const reason =
      'The file of prompts must have the form {"class": ["sentence", …]}, with at least one sentence a class.'
    throw errors.invalidValue({ reason }, 'file')
  }
  const exact = new Map(Object.entries(content))
  const similar = new Map(Object.entries(content).map(([name, prompts]) => [plain(name), prompts]))
  const sentencesOf = (name: string) => exact.get(name) ?? similar.get(plain(name))
  const missing = classes.filter((name) => sentencesOf(name) === undefined)
  if (missing.length > 0) {
    const reason = `The file of prompts does not name the class${missing.length === 1 ? '' : 'es'} ${missing.join(', ')}.`
    throw errors.invalidValue({ reason }, 'file')
  }
  return classes.map((name) => ({ name, prompts: sentencesOf(name) ?? [] }))
}

const plain = (name: string): string => name.normalize('NFC').trim().toLowerCase().replaceAll('_', ' ')
