import type { SourceFile } from '../source.js'
import type { Split } from '../well-known-names.js'

/** What a file of labels says about one image. */
export interface LabelRow {
  /** The path of the image, as the file has it. */
  readonly path: string
  /** Undefined where the file names the image without a label. */
  readonly label: string | undefined
  readonly split?: Split | undefined
  /** The file is a list of images: their folders name the classes. */
  readonly byFolder?: boolean
}

/** A file of labels with what it says. */
export interface LabelFile {
  readonly file: SourceFile
  readonly rows: readonly LabelRow[]
  /** The image of each row. */
  readonly images: readonly (SourceFile | undefined)[]
}

/** The columns of a file of labels; those that are left out are found by their names. */
export interface LabelColumns {
  readonly path?: string | undefined
  readonly label?: string | undefined
  readonly split?: string | undefined
}

/** What reading a file of labels needs to know. */
export interface LabelContext {
  readonly columns: LabelColumns
  /** Whether a column is one of labels only by its name, and not by what it holds. */
  readonly byName?: boolean | undefined
  /** The share of the texts that end in the name of an image of the source. */
  share(texts: readonly string[]): number
}

/** The file is none of labels. */
export class NoLabels extends Error {
  override readonly name = 'NoLabels'
}

/** The file is a text without anything of labels. */
export class NoList extends NoLabels {}

/** The file is one of labels, and something in it is wrong. `column` is the given column that is at fault. */
export class WrongLabels extends Error {
  override readonly name = 'WrongLabels'
  readonly column: keyof LabelColumns | undefined

  constructor(reason: string, column?: keyof LabelColumns) {
    super(reason)
    this.column = column
  }
}
