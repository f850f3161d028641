import { gunzipSync } from 'node:zlib'
import { openArchive } from '../../src/sources/archive.js'
import type { SourceLimits } from '../../src/sources/source.js'
import { fileOf, tarOf, zipOf } from '../helpers/archives.js'

export const limits: SourceLimits = {
  maxArchiveMegabytes: 4,
  maxArchiveEntries: 50,
  maxArchiveExpandedMegabytes: 200,
  maxArchiveRatio: 100,
  maxImportedFileMegabytes: 1,
}

export const text = (content: string): Buffer => Buffer.from(content)

/** Everything that an archive holds, by path: its content, or the code that reading it throws. */
export async function contents(name: string, bytes: Uint8Array, only?: RegExp): Promise<[string, string][]> {
  const source = await openArchive(await fileOf(name, bytes), limits)
  try {
    const files = (await source.files()).filter(({ path }) => only?.test(path) ?? true)
    const found: [string, string][] = []
    for await (const read of source.readers(files)) {
      const content = await read().then(String, (error) => error.code)
      found.push([files[found.length]?.path ?? '', content])
    }
    return found
  } finally {
    await source.close()
  }
}

export const kinds = [
  ['zip', async (files: Record<string, Buffer>) => zipOf(files)],
  ['tar.gz', (files: Record<string, Buffer>) => tarOf(files)],
  ['tar', async (files: Record<string, Buffer>) => gunzipSync(await tarOf(files))],
] as const
