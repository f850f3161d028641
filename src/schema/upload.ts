import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { GraphQLError, GraphQLScalarType } from 'graphql'

/**
 * A file of a multipart request. It lies on the disk, complete, until the request has been answered. The file that a
 * request names but does not contain has no path, and throws an error when it is read.
 */
export class UploadedFile {
  readonly name: string
  readonly bytes: number
  readonly #path: string | undefined

  constructor(name: string, bytes: number, path: string | undefined) {
    this.name = name
    this.bytes = bytes
    this.#path = path
  }

  /** Whether the request contains the file. */
  get exists(): boolean {
    return this.#path !== undefined
  }

  read(): Promise<Buffer> {
    return this.#path === undefined ? Promise.reject(missing()) : readFile(this.#path)
  }

  /** The file in pieces. It is opened when the first of them is taken, so that nothing is open that nobody reads. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    if (this.#path === undefined) throw missing()
    yield* createReadStream(this.#path)
  }
}

const missing = (): Error => new Error('the request does not contain the file')

/** Its values come from multipart requests alone: JSON has no files. */
export const UploadScalar = new GraphQLScalarType<UploadedFile, never>({
  name: 'Upload',
  description: 'The `Upload` scalar type represents a file upload.',
  parseValue(value) {
    if (value instanceof UploadedFile) return value
    throw new GraphQLError('Upload value invalid: send the file in a multipart request.')
  },
  parseLiteral(node) {
    throw new GraphQLError('Upload literal unsupported: send the file as a variable.', { nodes: node })
  },
  serialize() {
    throw new GraphQLError('Upload serialization unsupported.')
  },
})
