import { stringify } from 'csv-stringify/sync'
import type { ClassifiedFile } from './classifier-host.js'
import { shown } from './shown.js'

/** How answers are written: what stands first, and a line for each image. */
export interface Format {
  readonly head: string
  line(answer: ClassifiedFile): string
}

const percent = (probability: number): string => `${(100 * probability).toFixed(1)} %`

export const formats = {
  /** For a terminal. Its columns have fixed widths, so that lines can be written one by one. */
  table: (top: number): Format => ({
    head: `${cell('class', 24)} ${'sure'.padStart(7)}  ${top > 1 ? 'next, ' : ''}file\n`,
    line({ file, error, top: best, isNoneOfThese }) {
      const name = shown(file)
      if (error) return `${cell('–', 24)} ${''.padStart(7)}  ${name}: ${shown(error.message)}\n`
      const [first, ...others] = best
      const next = others.map((each) => `${shown(each.class)} ${percent(each.probability)}, `).join('')
      const note = isNoneOfThese ? ' (none of these)' : ''
      return `${cell(first?.class ?? '', 24)} ${percent(first?.probability ?? 0).padStart(7)}  ${next}${name}${note}\n`
    },
  }),

  csv: (top: number): Format => {
    const numbered = Array.from({ length: top - 1 }, (_, i) => [
      `class_${i + 2}`,
      `probability_${i + 2}`,
    ]).flat()
    return {
      head: stringify([['file', 'class', 'probability', ...numbered, 'none_of_these', 'set', 'error']]),
      line({ file, error, top: best, set, isNoneOfThese }) {
        const classes = Array.from({ length: top }, (_, i) => [
          best[i]?.class ?? '',
          best[i]?.probability ?? '',
        ])
        return stringify([
          [file, ...classes.flat(), isNoneOfThese ?? '', set?.join('; ') ?? '', error ? error.code : ''].map(
            String,
          ),
        ])
      },
    }
  },

  jsonl: (): Format => ({
    head: '',
    line: ({ file, id, error, top, set, isNoneOfThese, isInSupportSet }) =>
      `${JSON.stringify(error ? { file, error } : { file, id, top, set, isNoneOfThese, isInSupportSet })}\n`,
  }),
}

/** A text of a fixed number of characters; a longer one is cut. */
function cell(text: string, width: number): string {
  const characters = [...shown(text)]
  const cut = characters.length > width ? [...characters.slice(0, width - 1), '…'] : characters
  return cut.join('') + ' '.repeat(width - cut.length)
}
