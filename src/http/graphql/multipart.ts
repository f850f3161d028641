import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import busboy, { type Busboy } from 'busboy'
import { errors, reasonOf, ShotboardError } from '../../errors.js'
import { UploadedFile } from '../../schema/upload.js'
import { withWriteErrors } from '../../system/storage-fault.js'
import { type FileMap, type Operations, parseMap, parseOperations, placeFiles } from './multipart-fields.js'

export interface MultipartOptions {
  /** The folder for its files. It must exist. */
  readonly folder: string
  readonly maxFiles: number
  /** Called when the operations are known, before any file is read. What it throws ends the request. */
  readonly check: (operations: Operations) => void
}

/** A part of `operations` and `map` for every file, and as much again for a query. */
const bytesPerFile = 256
const bytesPerQuery = 64 * 1024

/**
 * Reads a request by the GraphQL multipart request specification, and returns its operations with an `UploadedFile` in the
 * place of each file. It reads the whole request first, so that no operation meets a file that is cut short. It leaves the
 * connection open when it refuses the request, so that the request can be answered at once.
 * Throws BAD_REQUEST, REQUEST_TOO_LARGE, TOO_MANY_FILES, DISK_FULL or STORAGE_FAILED.
 */
export async function readMultipart(
  request: IncomingMessage,
  { folder, maxFiles, check }: MultipartOptions,
): Promise<Operations> {
  const maxFieldBytes = bytesPerQuery + bytesPerFile * maxFiles
  const form = createForm(request, maxFiles, maxFieldBytes)
  const received = new Map<string, UploadedFile>()
  const writes: Promise<void>[] = []
  let operations: Operations | undefined
  let map: FileMap | undefined
  let failure: unknown

  function fail(error: unknown): void {
    failure ??= error
    form.destroy()
  }

  function takeField(name: string, text: string, isCut: boolean): void {
    if (isCut) throw errors.fieldTooLarge({ field: name, kilobytes: Math.floor(maxFieldBytes / 1024) })
    if (name === 'operations') {
      operations = parseOperations(text)
      check(operations)
    } else if (name === 'map') {
      if (!operations) throw badForm('The field "map" must follow the field "operations".')
      map = parseMap(text, operations, maxFiles)
    }
  }

  async function takeFile(name: string, content: Readable, filename: string): Promise<void> {
    const path = join(folder, String(writes.length))
    const file = createWriteStream(path, { flags: 'wx', mode: 0o600 })
    await withWriteErrors('an uploaded file', () => pipeline(content, file))
    received.set(name, new UploadedFile(filename, file.bytesWritten, path))
  }

  form.on('field', (name, text, { nameTruncated, valueTruncated }) => {
    // A form that is destroyed still tells the parts of its last chunk.
    if (failure !== undefined) return
    try {
      takeField(name, text, nameTruncated || valueTruncated)
    } catch (error) {
      fail(error)
    }
  })
  form.on('file', (name, content, { filename }) => {
    // A stream whose error nobody hears ends the process.
    content.on('error', fail)
    if (failure !== undefined) content.destroy()
    else if (map?.has(name) && !received.has(name)) {
      writes.push(takeFile(name, content, filename ?? '').catch(fail))
    } else {
      content.resume()
      if (!map) fail(badForm('Files must follow the field "map".'))
    }
  })
  form.on('filesLimit', () => fail(errors.tooManyFiles({ max: maxFiles })))
  form.on('partsLimit', () => fail(badForm('A multipart request has two fields, "operations" and "map".')))
  form.on('fieldsLimit', () => fail(badForm('A multipart request has two fields, "operations" and "map".')))
  form.on('error', fail)

  // A connection that is lost ends the files that were being received.
  await feed(request, form, () => failure !== undefined).catch(fail)
  await Promise.all(writes)
  if (failure !== undefined) throw problemOf(failure)
  if (!operations) throw badForm('The field "operations" is missing.')
  if (!map) throw badForm('The field "map" is missing.')
  placeFiles(operations, map, (name) => received.get(name) ?? new UploadedFile('', 0, undefined))
  return operations
}

function createForm(request: IncomingMessage, maxFiles: number, maxFieldBytes: number): Busboy {
  try {
    return busboy({
      headers: request.headers,
      defParamCharset: 'utf8',
      limits: { fields: 2, files: maxFiles, fieldSize: maxFieldBytes, headerPairs: 16 },
    })
  } catch (error) {
    throw badForm(`${reasonOf(error)}.`)
  }
}

/** Passes the body on to the form, until either ends. Throws BAD_REQUEST at once for a body with another boundary. */
async function feed(request: IncomingMessage, form: Busboy, hasFailed: () => boolean): Promise<void> {
  const closed = once(form, 'close').catch(() => {})
  const first = Buffer.from(`--${boundaryOf(request)}`)
  let start: Buffer | undefined = Buffer.alloc(0)
  // Not `pipeline`: it would close the connection of a request that it refuses.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    if (start) {
      start = Buffer.concat([start, chunk])
      const known = Math.min(start.length, first.length)
      if (!start.subarray(0, known).equals(first.subarray(0, known))) {
        throw badForm('The body does not start with the boundary of its content type.')
      }
      if (known === first.length) start = undefined
    }
    if (!form.write(chunk) && !form.destroyed)
      await Promise.race([once(form, 'drain').catch(() => {}), closed])
    if (hasFailed()) break
  }
  form.end()
  await closed
}

const boundaryOf = ({ headers }: IncomingMessage): string => {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]*)"|([^;\s]*))/i.exec(headers['content-type'] ?? '') ?? []
  return quoted ?? plain ?? ''
}

const badForm = (reason: string): ShotboardError => errors.badRequest({ reason })

/** The parser's own errors tell what is wrong with the request. */
function problemOf(failure: unknown): unknown {
  const isParsers = failure instanceof Error && !(failure instanceof ShotboardError) && !('code' in failure)
  return isParsers ? badForm(`The multipart request is cut short or malformed: ${failure.message}.`) : failure
}
