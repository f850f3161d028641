import { z } from 'zod'
import { errors, ShotboardError } from '../errors.js'
import { parseJson } from '../system/parse-json.js'
import { createYieldToEventLoop } from '../system/yield-to-event-loop.js'
import type { ClassInput } from './class-input.js'

/** A schema that copies a large file takes as long as reading it. */
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const noObject = z.never()

const sentencesSchema = z.array(z.string().trim().min(1)).min(1)

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
export async function promptsOfFile(text: string, names: readonly string[]): Promise<FilePrompts> {
  const given = await sentencesIn(text)
  const yieldToEventLoop = createYieldToEventLoop()
  const similar = new Map<string, string>()
  for (const name of given.keys()) {
    await yieldToEventLoop()
    similar.set(plain(name), name)
  }
  const classes: ClassInput[] = []
  const missing: string[] = []
  const used = new Set<string>()
  for (const name of names) {
    await yieldToEventLoop()
    const key = given.has(name) ? name : similar.get(plain(name))
    if (key === undefined) missing.push(name)
    else {
      used.add(key)
      classes.push({ name, prompts: given.get(key) ?? [] })
    }
  }
  if (missing.length > 0) {
    const more = missing.length - maxNamed
    const named = missing.slice(0, maxNamed).join(', ') + (more > 0 ? ` and ${more} more` : '')
    const reason = `The file of prompts does not name the class${missing.length === 1 ? '' : 'es'} ${named}.`
    throw errors.invalidValue({ reason }, 'file')
  }
  return { classes, unused: [...given.keys()].filter((name) => !used.has(name)) }
}

/** The sentences by name. Throws INVALID_VALUE. */
async function sentencesIn(text: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const yieldToEventLoop = createYieldToEventLoop()
  const given = new Map<string, readonly string[]>()
  try {
    const file = parseJson(text)
    for (const [name, value] of Object.entries(isObject(file) ? file : noObject.parse(file))) {
      await yieldToEventLoop()
      given.set(name, sentencesSchema.parse(value))
    }
  } catch (error) {
    if (error instanceof ShotboardError) throw error
    const reason =
      'The file of prompts must have the form {"class": ["sentence", …]}, with at least one sentence a class.'
    throw errors.invalidValue({ reason }, 'file')
  }
  return given
}

/** Classes that an error names. */
const maxNamed = 100

const plain = (name: string): string => name.normalize('NFC').trim().toLowerCase().replaceAll('_', ' ')
