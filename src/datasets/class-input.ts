import { errors } from '../errors.js'
import { createYieldToEventLoop } from '../system/yield-to-event-loop.js'

export interface ClassInput {
  readonly name: string
  /** Texts that describe an image of the class. Default: `a photo of a {name}.` */
  readonly prompts?: readonly string[] | null
}

const maxNameCharacters = 500
const maxPromptCharacters = 5000

/** The texts of a class that was given without any. */
export const defaultPrompts = (name: string): string[] => [`a photo of a ${name}.`]

/** Throws INVALID_VALUE. */
export function parseDatasetName(name: string, argument: string): string {
  const trimmed = name.trim()
  requireText("A dataset's name", trimmed, maxNameCharacters, argument)
  return trimmed
}

/** Throws INVALID_VALUE or EMPTY_LIST, below `argument`. */
export function parseClass(
  { name, prompts }: ClassInput,
  argument: string,
): { name: string; prompts: string[] } {
  const trimmed = wellFormed(name.trim())
  requireText("A class's name", trimmed, maxNameCharacters, `${argument}.name`)
  if (prompts == null) return { name: trimmed, prompts: defaultPrompts(trimmed) }
  if (prompts.length === 0) throw errors.emptyList({ what: 'prompt' }, `${argument}.prompts`)
  for (const [p, prompt] of prompts.entries()) {
    requireText('A prompt', prompt.trim(), maxPromptCharacters, `${argument}.prompts[${p}]`)
  }
  return { name: trimmed, prompts: prompts.map(wellFormed) }
}

/** PostgreSQL cannot store half of a surrogate pair, and no encoder can read it. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd')

/** Classes, of which there may be very many. Throws as `parseClass`, below `classes[i]`. */
export async function parseClasses(
  classes: readonly ClassInput[],
): Promise<{ name: string; prompts: string[] }[]> {
  const parsed: { name: string; prompts: string[] }[] = []
  const yieldToEventLoop = createYieldToEventLoop()
  for (const [i, each] of classes.entries()) {
    await yieldToEventLoop()
    parsed.push(parseClass(each, `classes[${i}]`))
  }
  return parsed
}

/** Throws INVALID_VALUE. Database indexes limit the length of a text, and PostgreSQL cannot store NUL. */
function requireText(what: string, text: string, max: number, argument: string): void {
  if (text.length >= 1 && text.length <= max && !text.includes('\0')) return
  const reason = `${what} must have 1 to ${max} characters and no NUL character.`
  throw errors.invalidValue({ reason }, argument)
}
