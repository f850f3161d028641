import { seeded } from '../system/random.js'

/** How a space is drawn in plots: the marker of its points and the dash of its lines. */
export interface LineStyle {
  readonly marker: { readonly name: Marker; readonly path: string }
  /** As SVG's `stroke-dasharray`; null for a solid line. */
  readonly dash: string | null
}

/**
 * Every marker as an SVG path around the origin, about 10 pixels wide. Plots draw those that Observable Plot knows by
 * name; the others must be polygons, `Mx yLx y…z`.
 */
export const markers = {
  circle: 'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0',
  square: 'M-3.6 -3.6h7.2v7.2h-7.2z',
  triangle: 'M0 -4.8L4.6 3.6H-4.6z',
  diamond: 'M0 -5.2L4.2 0L0 5.2L-4.2 0z',
  star: 'M0 -5.4L1.5 -1.7L5.3 -1.6L2.2 .8L3.3 4.6L0 2.3L-3.3 4.6L-2.2 .8L-5.3 -1.6L-1.5 -1.7z',
  hexagon: 'M-4.4 0L-2.2 -3.8H2.2L4.4 0L2.2 3.8H-2.2z',
  cross: 'M-1.4 -4.6H1.4V-1.4H4.6V1.4H1.4V4.6H-1.4V1.4H-4.6V-1.4H-1.4z',
  wye: 'M-1.4 5V.8L-5 -1.3L-3.6 -3.8L0 -1.6L3.6 -3.8L5 -1.3L1.4 .8V5z',
  'triangle-left': 'M-4.8 0L3.6 -4.6L3.6 4.6z',
  'triangle-right': 'M4.8 0L-3.6 4.6L-3.6 -4.6z',
  'triangle-down': 'M0 4.8L-4.6 -3.6L4.6 -3.6z',
  pentagon: 'M0 -5.2L4.9 -1.6L3 4.2L-3 4.2L-4.9 -1.6z',
  shield: 'M-4.2 -4.4L4.2 -4.4L4.2 1L0 5.2L-4.2 1z',
  parallelogram: 'M-2.2 -4L5.2 -4L2.2 4L-5.2 4z',
  x: 'M0 -1.8L2.6 -4.4L4.4 -2.6L1.8 0L4.4 2.6L2.6 4.4L0 1.8L-2.6 4.4L-4.4 2.6L-1.8 0L-4.4 -2.6L-2.6 -4.4z',
  hourglass: 'M-4.2 -4.4L4.2 -4.4L1 0L4.2 4.4L-4.2 4.4L-1 0z',
  bowtie: 'M-4.4 -4.2L0 -1L4.4 -4.2L4.4 4.2L0 1L-4.4 4.2z',
  bar: 'M-1.8 -5L1.8 -5L1.8 5L-1.8 5z',
} as const satisfies Readonly<Record<string, string>>
export type Marker = keyof typeof markers

/** Every dash, as SVG's `stroke-dasharray`. */
export const dashes = {
  solid: null,
  dashed: '7 3',
  dotted: '2 3',
  'dash-dot': '9 3 2 3',
  'long-dash': '12 3',
  'short-dash': '4 2',
  'short-dash-dot': '1 2 5 2',
  'dash-dot-dot': '9 3 2 3 2 3',
} as const satisfies Readonly<Record<string, string | null>>
export type Dash = keyof typeof dashes

/** What is left to spaces that declare nothing, such as those of added adapters. */
export const automaticMarkers: readonly Marker[] = ['x', 'triangle-down', 'hourglass', 'bowtie', 'bar']
export const automaticDashes: readonly Dash[] = ['short-dash', 'short-dash-dot', 'dash-dot-dot']

/**
 * A space's marker and dash: the declared ones, or ones that depend on its id alone, so that they stay the same whatever
 * else is registered. A method that compares no images (`null`) is drawn with circles and a solid line.
 */
export function lineStyleOf(
  space: { readonly id: string; readonly marker?: Marker; readonly dash?: Dash } | null,
): LineStyle {
  if (space === null) return { marker: named('circle'), dash: dashes.solid }
  const choose = <T>(what: string, choices: readonly T[]): T =>
    choices[seeded(what, space.id).integer(choices.length)] as T
  return {
    marker: named(space.marker ?? choose('marker', automaticMarkers)),
    dash: dashes[space.dash ?? choose('dash', automaticDashes)],
  }
}

const named = (name: Marker): LineStyle['marker'] => ({ name, path: markers[name] })
