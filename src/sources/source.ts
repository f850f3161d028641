import type { ShotboardError } from '../errors.js'

/** A file of a source. */
export interface SourceFile {
  /** Below the source's root, with forward slashes. */
  readonly path: string
  /** Which one it is, in the order in which the source is read. */
  readonly at: number
}

/** Images as they come: a folder or an archive. Nothing of it is ever written to a path that it names. */
export interface Source {
  /** What it is called where nobody gives it a name. */
  readonly name: string
  /**
   * Its files, in the order in which they are read, the same every time. Throws where the whole of it cannot be used:
   * INVALID_FOLDER, INVALID_ARCHIVE, or the code of the limit that an archive goes beyond.
   */
  files(signal?: AbortSignal): Promise<readonly SourceFile[]>
  /**
   * How to read each of some of its files, given in the order of `files`. A file is to be read before the next one is
   * asked for, or with it; a reader throws INVALID_IMAGE or FILE_TOO_LARGE for what is wrong with its file alone.
   */
  readers(files: readonly SourceFile[], signal?: AbortSignal): AsyncIterable<FileReader>
  /** What to throw where it is not laid out as it should be. */
  invalid(reason: string): ShotboardError
  close(): Promise<void>
}

export type FileReader = () => Promise<Buffer>

/** How much of a source is read. */
export interface SourceLimits {
  /** Of an archive as it comes. */
  readonly maxArchiveMegabytes: number
  /** Files, folders and all else in an archive. */
  readonly maxArchiveEntries: number
  /** Of all that an archive holds, unpacked. */
  readonly maxArchiveExpandedMegabytes: number
  /** How many times its packed size an archive may unpack to. */
  readonly maxArchiveRatio: number
  /** Of a single file. */
  readonly maxImportedFileMegabytes: number
}

/** Hidden files, and what macOS puts into archives, are nobody's images. */
export const isHidden = (path: string): boolean =>
  path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX')

/** By code unit, so that a source is read in the same order everywhere. */
export const byPath = (a: { readonly path: string }, b: { readonly path: string }): number =>
  a.path < b.path ? -1 : a.path > b.path ? 1 : 0
