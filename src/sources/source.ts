import type { ShotboardError } from '../errors.js'

/** A file of a source. */
export interface SourceFile {
  /** The path below the source's root, with forward slashes. */
  readonly path: string
  /** The index in reading order. */
  readonly at: number
}

/** A file that is not imported, and why. */
export interface LeftFile {
  readonly file: SourceFile
  readonly error: ShotboardError
}

/** The source of an import: a folder or an archive. Nothing is ever written to a path from the source. */
export interface Source {
  /** The default name of the dataset. */
  readonly name: string
  /**
   * The files in reading order, which is always the same. Throws INVALID_FOLDER, INVALID_ARCHIVE, or the code of the
   * limit that an archive exceeds.
   */
  files(signal?: AbortSignal): Promise<readonly SourceFile[]>
  /**
   * Readers of some files, given in the order of `files`. Read a file before you request the second one after it. A
   * reader throws INVALID_IMAGE or FILE_TOO_LARGE if only its file is at fault.
   */
  readers(files: readonly SourceFile[], signal?: AbortSignal): AsyncIterable<FileReader>
  /** What to tell of the files that were listed; known once `files` has ended. */
  warnings?(): readonly ShotboardError[]
  /** The error for a source with a wrong layout. */
  invalid(reason: string): ShotboardError
  close(): Promise<void>
}

export type FileReader = () => Promise<Buffer>

/** The limits of a source. Sizes are in bytes. */
export interface SourceLimits {
  /** The size of a packed archive. */
  readonly maxArchiveMegabytes: number
  /** The number of entries in an archive, including folders. */
  readonly maxArchiveEntries: number
  /** The unpacked size of an archive. */
  readonly maxArchiveExpandedMegabytes: number
  /** The ratio of unpacked to packed size. */
  readonly maxArchiveRatio: number
  /** The size of a single file. */
  readonly maxImportedFileMegabytes: number
}

/** Hidden files, and the files that macOS adds to archives, are not images. */
export const isHidden = (path: string): boolean =>
  path.split('/').some((part) => part.startsWith('.') || part === '__MACOSX')

/** The path without `.` and without empty parts: `./a//1.png` is `a/1.png`. */
export const plainPath = (path: string): string =>
  path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')

/** Compares by code unit, so that the reading order is the same everywhere. */
export const byPath = (a: { readonly path: string }, b: { readonly path: string }): number =>
  a.path < b.path ? -1 : a.path > b.path ? 1 : 0
