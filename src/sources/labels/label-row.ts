import type { Split } from '../well-known-names.js'

/** What a file of labels says about one image. */
export interface LabelRow {
  /** The path of the image, as the file has it. */
  readonly path: string
  /** Undefined where the file names the image without a label. */
  readonly label: string | undefined
  readonly split?: Split | undefined
}

/** The columns of a file of labels; those that are left out are found by their names. */
export interface LabelColumns {
  readonly path?: string | undefined
  readonly label?: string | undefined
  readonly split?: string | undefined
}

/** The file is none of labels. */
export class NoLabels extends Error {
  override readonly name = 'NoLabels'
}

/** The file is one of labels, and something in it is wrong. `column` is the given column that is at fault. */
export class WrongLabels extends Error {
  override readonly name = 'WrongLabels'
  readonly column: keyof LabelColumns | undefined

  constructor(reason: string, column?: keyof LabelColumns) {
    super(reason)
    this.column = column
  }
}
