import { type LabelRow, NoLabels, WrongLabels } from './label-row.js'

/** The `val_annotations.txt` of Tiny ImageNet: lines of a file name, a class and a box, separated by tabs. */
export function rowsOfAnnotations(text: string): LabelRow[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  return lines.map((line, i) => {
    const [path, label] = line.split('\t')
    if (!path || !label) {
      const reason = `line ${i + 1} is not a file name and a class, separated by a tab`
      throw i === 0 ? new NoLabels(reason) : new WrongLabels(reason)
    }
    return { path, label }
  })
}
