import { createHash } from 'node:crypto'
import { z } from 'zod'
import { errors, reasonOf } from '../errors.js'
import type { GenericSource } from '../spaces/fitting/generic-covariance.js'
import { parseJson } from '../system/parse-json.js'
import { type Matrix, matrix } from '../tensor/matrix.js'
import { formatSafetensors, type NamedTensor, parseSafetensors } from '../tensor/safetensors.js'

const describedSchema = z.object({
  name: z.string(),
  /** The id of the dataset in this library; null for a source that came with the model. */
  dataset: z.string().nullable(),
  /** The fingerprint of the encoder's space `clip`. */
  encoder: z.string(),
  images: z.number().int(),
  classes: z.number().int(),
})

type Described = Readonly<z.infer<typeof describedSchema>>

/** A measured source of an encoder's generic covariance, as it is stored. */
export interface StoredSource extends GenericSource, Described {
  /** The images that it was measured on, by `markOf`. */
  readonly marks: ReadonlySet<string>
  /** The SHA-256 of its file. */
  readonly sha256: string
}

/** An image by the first 16 digits of its id, its SHA-256. */
export const markOf = (imageId: string): string => imageId.slice(0, 16)

/** Parses a stored source. Throws INVALID_GENERIC with the name of its file. */
export function parseSource(bytes: Uint8Array, name: string): StoredSource {
  try {
    const { tensors, metadata } = parseSafetensors(bytes, 'the file')
    const described = describedSchema.parse(parseJson(metadata.source ?? ''))
    const marks = tensors.get('images')
    return {
      ...described,
      within: symmetricOf(tensors.get('within')),
      between: symmetricOf(tensors.get('between')),
      marks: new Set(marks?.type === 'int32' ? marksIn(marks.data) : []),
      sha256: createHash('sha256').update(bytes).digest('hex'),
    }
  } catch (error) {
    throw errors.invalidGeneric({ source: name, reason: reasonOf(error) })
  }
}

/** The bytes of a source's file. */
export function formatSource({
  within,
  between,
  marks,
  ...described
}: Omit<StoredSource, 'sha256'>): Uint8Array {
  const numbers = Int32Array.from(
    [...marks].flatMap((mark) => [parseInt(mark.slice(0, 8), 16) | 0, parseInt(mark.slice(8), 16) | 0]),
  )
  const tensors = new Map<string, NamedTensor>([
    ['within', triangleOf(within)],
    ['between', triangleOf(between)],
    ['images', { type: 'int32', shape: [marks.size, 2], data: numbers }],
  ])
  const metadata = { source: JSON.stringify(describedSchema.parse(described)) }
  return formatSafetensors({ tensors, metadata })
}

/** The bytes of several sources in one file: the length of each, then itself. */
export function formatSources(sources: readonly Omit<StoredSource, 'sha256'>[]): Buffer {
  return Buffer.concat(
    sources.flatMap((source) => {
      const bytes = formatSource(source)
      const length = Buffer.alloc(lengthBytes)
      length.writeUInt32LE(bytes.length)
      return [length, bytes]
    }),
  )
}

/** Parses what `formatSources` wrote. Throws INVALID_GENERIC with the name of its file. */
export function parseSources(bytes: Buffer, name: string): StoredSource[] {
  const sources: StoredSource[] = []
  for (let at = 0; at < bytes.length; ) {
    const from = at + lengthBytes
    const end = from <= bytes.length ? from + bytes.readUInt32LE(at) : Number.POSITIVE_INFINITY
    if (end > bytes.length) throw errors.invalidGeneric({ source: name, reason: 'the file is cut off' })
    sources.push(parseSource(bytes.subarray(from, end), name))
    at = end
  }
  return sources
}

const lengthBytes = 4

function marksIn(numbers: Int32Array): string[] {
  const digits = (value: number) => (value >>> 0).toString(16).padStart(8, '0')
  return Array.from(
    { length: numbers.length / 2 },
    (_, i) => digits(numbers[2 * i] as number) + digits(numbers[2 * i + 1] as number),
  )
}

/** The upper triangle of a symmetric matrix, row by row. */
function triangleOf({ rows, data }: Matrix): NamedTensor {
  const triangle = Float32Array.from(
    Array.from({ length: rows }, (_, i) => [...data.subarray(i * rows + i, (i + 1) * rows)]).flat(),
  )
  return { type: 'float32', shape: [triangle.length], data: triangle }
}

function symmetricOf(tensor: NamedTensor | undefined): Matrix {
  if (tensor?.type !== 'float32') throw new Error('it lacks a covariance')
  const { data } = tensor
  const size = Math.floor(Math.sqrt(2 * data.length))
  if (data.length !== (size * (size + 1)) / 2 || size === 0)
    throw new Error('its covariance is not symmetric')
  const full = matrix(size, size)
  for (let i = 0, at = 0; i < size; i++) {
    for (let j = i; j < size; j++, at++) {
      full.data[i * size + j] = data[at] as number
      full.data[j * size + i] = data[at] as number
    }
  }
  return full
}
