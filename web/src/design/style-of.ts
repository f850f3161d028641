import type { MethodStyleFragment, SpaceStyleFragment } from '../api/generated'

/** How a method in a space is drawn everywhere: in the method's colour, with the space's marker and dash. */
export interface SeriesStyle {
  readonly color: string
  readonly marker: Marker
  /** As SVG's `stroke-dasharray`; undefined for a solid line. */
  readonly dash: string | undefined
}

export type Marker = SpaceStyleFragment['marker']

/** The style of a method in a space, or of one that compares no images. */
export const styleOf = (method: MethodStyleFragment, space: SpaceStyleFragment | null): SeriesStyle => ({
  color: cssColor(method.color),
  marker: space?.marker ?? circle,
  dash: space?.dash ?? undefined,
})

/** A colour that follows the colour scheme. */
export const cssColor = ({ light, dark }: MethodStyleFragment['color']): string =>
  `light-dark(${light}, ${dark})`

const circle: Marker = { name: 'circle', path: 'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0' }
