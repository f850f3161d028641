import { imageName } from '../image-name.js'
import { splitWithin } from '../well-known-names.js'
import { columnNamed } from './columns.js'
import { type LabelContext, type LabelRow, NoLabels, NoList } from './label-row.js'
import { linesOf } from './text-of.js'

/** More numbers after a path are no label, but a box or attributes. */
const maxNumbers = 3
const enough = 0.5

/**
 * The labels of a list: a line an image, as a path and a label. Lines of paths alone say the split, and the folders of the images are
 * the classes; so do numbers that count the lines. Throws NoLabels for any other text.
 */
export function rowsOfLines(text: string, name: string, { share }: LabelContext): LabelRow[] {
  const written = linesOf(text).filter((line) => !line.startsWith('#'))
  const given = numberedLines(written) ?? written.map(partsOf)
  const lines = given.length > 1 && isHeader(given[0], share) ? given.slice(1) : given
  if (lines.length === 0 || share(lines.map(({ path }) => path)) < enough) {
    throw new NoList('it is no list of images')
  }
  const split = splitWithin(name)
  const isCount =
    lines.every(({ label }, i) => label === String(i + 1)) && lines.every(({ path }) => path.length > 0)
  const labels = lines.map(({ label }) =>
    label === undefined || (lines.length > 1 && isCount) ? undefined : labelIn(label),
  )
  if (labels.every((label) => label === undefined)) {
    if (split === undefined) throw new NoLabels('it lists images without labels, and its name says no split')
    return lines.map(({ path }) => ({ path, label: undefined, split, byFolder: true }))
  }
  return lines.map(({ path }, i) => ({ path, label: labels[i] }))
}

/** The lines of MXNet's lists: a number of the image, that of the class, and the path, between tabs. */
function numberedLines(lines: readonly string[]): Line[] | undefined {
  const found = lines.flatMap((line): Line[] => {
    const [, label, path] = /^\d+\t(\d+)(?:\.0*)?\t([^\t]+)$/.exec(line) ?? []
    return label === undefined || path === undefined ? [] : [{ path, label }]
  })
  return found.length > 0 && found.length === lines.length ? found : undefined
}

/** Whether a line names columns, of paths and of labels, and no image. */
const isHeader = (line: Line | undefined, share: LabelContext['share']): boolean =>
  line?.label !== undefined &&
  share([line.path]) === 0 &&
  columnNamed('path', [line.path]) !== undefined &&
  columnNamed('label', [line.label]) !== undefined

interface Line {
  readonly path: string
  /** The rest of the line. */
  readonly label: string | undefined
}

/** A path up to its ending or to the first space, tab, comma or semicolon, and the rest. */
function partsOf(line: string): Line {
  const bare = line.replace(/^"([^"]*)"/, '$1')
  const [, withEnding, afterEnding] = /^(.*?\.[A-Za-z0-9]{2,5})(?:[\s,;]+(.*))?$/.exec(bare) ?? []
  if (withEnding !== undefined && imageName.test(withEnding)) {
    return { path: withEnding, label: afterEnding?.trim() || undefined }
  }
  const [, path = bare, rest] = /^(\S+?)[\s,;]+(.*)$/.exec(bare) ?? []
  return { path, label: rest?.trim() || undefined }
}

/** The first of a few whole numbers, or the whole text. */
function labelIn(text: string): string {
  const parts = text.split(/[\s,;]+/)
  const areNumbers = parts.every((part) => /^-?\d+(\.\d+)?$/.test(part))
  if (!areNumbers || (parts.length === 1 && !text.startsWith('-'))) return text
  if (parts.length > maxNumbers || parts.some((part) => !/^\d+$/.test(part))) {
    throw new NoLabels('its numbers are no labels')
  }
  return parts[0] ?? text
}
