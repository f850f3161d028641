import { seeded } from '../system/random.js'

/** A colour in plots and tables, for light and for dark backgrounds, as `#rrggbb`. */
export interface PlotColor {
  readonly light: string
  readonly dark: string
}

/**
 * The colour of a method or a term: the declared one, or one that depends on the id alone, so that it stays the same
 * whatever else is registered. Two ids may get the same automatic colour.
 */
export function colorOf({
  id,
  color,
}: {
  readonly id: string
  readonly color?: PlotColor | undefined
}): PlotColor {
  return color ?? (automaticColors[seeded('color', id).integer(automaticColors.length)] as PlotColor)
}

/**
 * The colours of what is built in. Readers with any of the three kinds of colour blindness can tell them apart, and each
 * has a contrast of 3 to 1 with its background (test/web/colours.test.ts).
 */
export const colors = {
  slate: { light: '#5f6875', dark: '#8b95a5' },
  blue: { light: '#0b57d0', dark: '#3f86ff' },
  cyan: { light: '#0f9cc6', dark: '#7fdcf7' },
  vermilion: { light: '#c7360f', dark: '#ff6a45' },
  amber: { light: '#cb7e00', dark: '#ffc247' },
  green: { light: '#00654a', dark: '#1fae7d' },
  pink: { light: '#cf5fae', dark: '#e884cf' },
  violet: { light: '#541791', dark: '#944ec1' },
  crimson: { light: '#93202e', dark: '#d11d58' },
  olive: { light: '#6b884d', dark: '#dbf09b' },
  plum: { light: '#551544', dark: '#a86292' },
  fern: { light: '#4e8166', dark: '#bbe8c3' },
  rose: { light: '#85444f', dark: '#d36c6e' },
  forest: { light: '#0e2c07', dark: '#a1c083' },
  wine: { light: '#2b051a', dark: '#e1acc4' },
  mauve: { light: '#a68d95', dark: '#f5eaf2' },
} satisfies Readonly<Record<string, PlotColor>>

/** Colours for what declares none: those of the built-in methods that are seen least often. */
export const automaticColors: readonly PlotColor[] = [
  colors.violet,
  colors.crimson,
  colors.olive,
  colors.plum,
  colors.fern,
  colors.rose,
  colors.forest,
  colors.wine,
]
