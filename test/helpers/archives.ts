import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { type Header, pack } from 'tar-stream'
import { temporaryFolder } from './folder.js'

export type Files = Readonly<Record<string, Uint8Array>>

/** The bytes of a zip archive, packed fast rather than tightly. */
export const zipOf = (files: Files): Buffer => Buffer.from(zipSync({ ...files }, { level: 1 }))

/** The bytes of a .tar.gz archive; entries that are no files have a header and no bytes. */
export async function tarOf(files: Files, others: readonly Partial<Header>[] = []): Promise<Buffer> {
  const tar = pack()
  for (const header of others) tar.entry({ name: 'nameless', ...header })
  for (const [name, bytes] of Object.entries(files)) tar.entry({ name }, Buffer.from(bytes))
  tar.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of tar as unknown as AsyncIterable<Buffer>) chunks.push(chunk)
  return gzipSync(Buffer.concat(chunks))
}

/** A new file with those bytes. */
export async function fileOf(name: string, bytes: Uint8Array): Promise<{ path: string; name: string }> {
  const path = join(await temporaryFolder(), name)
  await writeFile(path, bytes)
  return { path, name }
}

/** A sequence of chunks, as an upload comes. */
export async function* chunksOf(bytes: Buffer, size = 10_000): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}
