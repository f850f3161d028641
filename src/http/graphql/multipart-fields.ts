import { z } from 'zod'
import { errors, type ShotboardError } from '../../errors.js'
import type { UploadedFile } from '../../schema/upload.js'

/** The JSON of a GraphQL request. */
export type Operations = Record<string, unknown>

/** Where each file of a request belongs: paths in its operations, by the name of the file's field. */
export type FileMap = ReadonlyMap<string, readonly (readonly string[])[]>

/** Longer than any path of an input type. */
const maxPathParts = 16

const operationsSchema = z.record(z.string(), z.unknown())
const mapSchema = z.record(z.string(), z.array(z.string()))

/** Parses the field `operations`. Throws BAD_REQUEST. */
export function parseOperations(text: string): Operations {
  const parsed = operationsSchema.safeParse(parseJson('operations', text))
  if (parsed.success) return parsed.data
  throw invalid('The field "operations" must be the JSON of one operation.')
}

/** Parses the field `map`. Each of its paths must lead to a null among the variables. Throws BAD_REQUEST or TOO_MANY_FILES. */
export function parseMap(text: string, operations: Operations, maxFiles: number): FileMap {
  const parsed = mapSchema.safeParse(parseJson('map', text))
  if (!parsed.success) throw invalid('The field "map" must be an object of lists of paths.')
  const entries = Object.entries(parsed.data)
  const paths = entries.reduce((sum, [, each]) => sum + each.length, 0)
  if (Math.max(entries.length, paths) > maxFiles) throw errors.tooManyFiles({ max: maxFiles })
  return new Map(
    entries.map(([name, each]) => [
      name,
      each.map((path) => {
        const parts = path.split('.', maxPathParts + 1)
        if (leadsToNull(operations, parts)) return parts
        throw invalid(
          `The path ${JSON.stringify(shorten(path))} of the field "map" is not that of a null variable.`,
        )
      }),
    ]),
  )
}

/** Puts the files at their paths. */
export function placeFiles(
  operations: Operations,
  map: FileMap,
  fileOf: (name: string) => UploadedFile,
): void {
  for (const [name, paths] of map) {
    const file = fileOf(name)
    for (const path of paths) {
      const owner = ownerOf(operations, path)
      if (owner) owner[path.at(-1) ?? ''] = file
    }
  }
}

function leadsToNull(operations: Operations, path: readonly string[]): boolean {
  if (path[0] !== 'variables' || path.length > maxPathParts) return false
  const [owner, last] = [ownerOf(operations, path), path.at(-1) ?? '']
  return owner !== undefined && Object.hasOwn(owner, last) && owner[last] === null
}

/** The object or list that has the last part of the path. Only its own properties count, never inherited ones. */
function ownerOf(operations: Operations, path: readonly string[]): Record<string, unknown> | undefined {
  let owner: unknown = operations
  for (const part of path.slice(0, -1)) {
    if (typeof owner !== 'object' || owner === null || !Object.hasOwn(owner, part)) return undefined
    owner = (owner as Record<string, unknown>)[part]
  }
  return typeof owner === 'object' && owner !== null ? (owner as Record<string, unknown>) : undefined
}

function parseJson(field: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid(`The field "${field}" is not valid JSON.`)
  }
}

const shorten = (path: string): string => (path.length > 100 ? `${path.slice(0, 100)}…` : path)

const invalid = (reason: string): ShotboardError => errors.badRequest({ reason })
