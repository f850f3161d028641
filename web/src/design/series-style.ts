/** How a method in a space looks, everywhere: the method's colour, and the space's marker and dash. */
export interface SeriesStyle {
  readonly color: string
  readonly marker: Marker
  /** As SVG's `stroke-dasharray`; none is a whole line. */
  readonly dash: string | undefined
}

export const markers = ['circle', 'square', 'triangle', 'diamond', 'hexagon', 'star', 'wye', 'cross'] as const
export type Marker = (typeof markers)[number]

/** Methods that come with Shotboard have a colour each; see tokens.css. */
const methodColors: Readonly<Record<string, string>> = {
  'zero-shot': 'var(--method-zero-shot)',
  'tip-adapter': 'var(--method-tip-adapter)',
  'tip-adapter++': 'var(--method-tip-adapter-plus)',
  'tip-x': 'var(--method-tip-x)',
  'tip-x++': 'var(--method-tip-x-plus)',
  prototype: 'var(--method-prototype)',
  gda: 'var(--method-gda)',
}
const otherColors = ['var(--method-other-1)', 'var(--method-other-2)']

const spaceLooks: Readonly<Record<string, readonly [Marker, string | undefined]>> = {
  clip: ['circle', undefined],
  imo: ['square', '7 3'],
  centred: ['triangle', '2 3'],
  whitened: ['diamond', '9 3 2 3'],
  shrunk: ['star', '12 3'],
  // On the adapted space: the dash of what it is fitted by, and a marker of its own.
  'imo+centred': ['hexagon', '2 3'],
  'imo+whitened': ['cross', '9 3 2 3'],
  'imo+shrunk': ['wye', '12 3'],
}
const otherLooks: readonly (readonly [Marker, string])[] = [
  ['wye', '4 2'],
  ['cross', '1 2 5 2'],
]

/** A plugin's method or space has its look from its id, so that it keeps it whatever else is registered. */
export function seriesStyle(method: string, space: string | null): SeriesStyle {
  const [marker, dash] =
    space === null
      ? (['circle', undefined] as const)
      : (spaceLooks[space] ?? pick(otherLooks, space) ?? (['circle', undefined] as const))
  return { color: methodColors[method] ?? pick(otherColors, method) ?? 'currentColor', marker, dash }
}

function pick<T>(choices: readonly T[], id: string): T | undefined {
  let hash = 0
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0
  return choices[hash % choices.length]
}
