import type { SourceFile } from '../source.js'
import { type LabelRow, WrongLabels } from './label-row.js'
import { linesOf } from './text-of.js'

/** The files of birds datasets: each line has the number of an image and its path, its class or its split. */
export const numberedNames = {
  images: 'images.txt',
  labels: 'image_class_labels.txt',
  splits: 'train_test_split.txt',
  classes: 'classes.txt',
} as const

/** The files of a folder by what they hold. */
export type NumberedFiles = Partial<Record<keyof typeof numberedNames, SourceFile>>

/** Folders with numbered images and their labels, as CUB-200 and NABirds have them. */
export function numberedFiles(files: readonly SourceFile[]): NumberedFiles[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  return files.flatMap(({ path }): NumberedFiles[] => {
    const folder = path.slice(0, path.lastIndexOf('/') + 1)
    if (path !== folder + numberedNames.labels) return []
    const found = Object.entries(numberedNames).map(([kind, name]) => [kind, byPath.get(folder + name)])
    const numbered: NumberedFiles = Object.fromEntries(found.filter(([, file]) => file !== undefined))
    return numbered.images ? [numbered] : []
  })
}

/** The labels of numbered images, by their texts. Throws WrongLabels for a line that has no number and value. */
export function rowsOfNumbers(texts: Partial<Record<keyof typeof numberedNames, string>>): LabelRow[] {
  const valuesOf = (kind: keyof typeof numberedNames): Map<string, string> =>
    new Map(
      linesOf(texts[kind] ?? '').map((line) => {
        const [, number, value] = /^(\S+)\s+(.+)$/.exec(line) ?? []
        if (number === undefined || value === undefined) {
          throw new WrongLabels(
            `"${line.slice(0, 80)}" in ${numberedNames[kind]} is not a number and a value`,
          )
        }
        return [number, value]
      }),
    )
  const [labels, splits, classes] = [valuesOf('labels'), valuesOf('splits'), valuesOf('classes')]
  return [...valuesOf('images')].map(([number, path]) => {
    const label = labels.get(number)
    const split = splits.get(number)
    return {
      path,
      label: label && (classes.get(label) ?? label),
      split: split === undefined ? undefined : split === '1' ? 'SUPPORT_POOL' : 'TEST',
    }
  })
}
