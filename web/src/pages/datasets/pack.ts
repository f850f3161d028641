import { Zip, ZipPassThrough } from 'fflate'
import type { LocatedFile } from './dropped-files'

const archiveName = /\.(zip|tar|tar\.(gz|bz2|xz)|tgz|tbz2?|txz)$/i

/** The archive, if it is the only file; otherwise undefined. */
export const archiveIn = (files: readonly LocatedFile[]): File | undefined =>
  files.length === 1 && files[0] && archiveName.test(files[0].file.name) ? files[0].file : undefined

/** Files that operating systems add to folders. */
const clutter = /(^|\/)(\.[^/]+|__MACOSX|Thumbs\.db|desktop\.ini)(\/|$)/

/**
 * Packs files into one zip archive, without compression, because images do not shrink. `onProgress` receives the
 * number of packed files.
 */
export async function pack(
  files: readonly LocatedFile[],
  name: string,
  onProgress: (done: number) => void,
): Promise<File> {
  const zip = new Zip()
  const parts: Uint8Array<ArrayBuffer>[] = []
  const finished = new Promise<void>((resolve, reject) => {
    zip.ondata = (error, chunk, last) => {
      if (error) reject(error)
      else parts.push(new Uint8Array(chunk))
      if (last) resolve()
    }
  })
  for (const [i, { path, file }] of files.entries()) {
    const entry = new ZipPassThrough(path)
    zip.add(entry)
    entry.push(new Uint8Array(await file.arrayBuffer()), true)
    onProgress(i + 1)
  }
  zip.end()
  await finished
  return new File(parts, `${name}.zip`, { type: 'application/zip' })
}

export const worthPacking = (files: readonly LocatedFile[]): LocatedFile[] =>
  files.filter(({ path }) => !clutter.test(path))
