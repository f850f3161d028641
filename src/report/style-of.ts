import {
  colorOf,
  type Library,
  type LineStyle,
  lineStyleOf,
  methodOrPlaceholder,
  type PlotColor,
  spaceOrPlaceholder,
} from '../library/index.js'

/** A method in a space, by their ids. */
export interface Series {
  readonly method: string
  readonly space: string | null
}

/** How a series is drawn: in its method's colour, with its space's marker and dash. */
export interface SeriesStyle extends LineStyle {
  readonly color: PlotColor
}

export type StyleOf = (series: Series) => SeriesStyle

/** The style of any series, also of one whose plugin is not loaded. */
export const createStyleOf =
  ({ registry, encoders }: Pick<Library, 'registry' | 'encoders'>): StyleOf =>
  ({ method, space }) => ({
    color: colorOf(methodOrPlaceholder(method, registry)),
    ...lineStyleOf(spaceOrPlaceholder(space, registry, encoders.all)),
  })

/** The CSS variable that holds a colour; the style sheet defines it for both colour schemes. */
export const variableOf = ({ light, dark }: PlotColor): string =>
  `--series-${light.slice(1)}-${dark.slice(1)}`.toLowerCase()

/** A colour as SVG and HTML attributes take it. */
export const cssColor = (color: PlotColor): string => `var(${variableOf(color)})`
