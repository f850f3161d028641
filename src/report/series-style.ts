/** How a method in a space looks in every plot and table: the method's colour, the space's marker and dash. */
export interface SeriesStyle {
  readonly colour: string
  readonly symbol: 'circle' | 'square' | 'triangle' | 'diamond' | 'hexagon' | 'star' | 'wye' | 'cross'
  /** SVG's `stroke-dasharray`; none is a whole line. */
  readonly dash: string | undefined
}

/**
 * A method's colour on light and on dark ground, the dashboard's own. They were chosen so that readers who confuse red
 * and green, or blue and yellow, tell them apart.
 */
export const methodColours: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  'zero-shot': ['#5f6875', '#8b95a5'],
  'tip-adapter': ['#0b57d0', '#3f86ff'],
  'tip-adapter++': ['#0f9cc6', '#7fdcf7'],
  'tip-x': ['#c7360f', '#ff6a45'],
  'tip-x++': ['#cb7e00', '#ffc247'],
  prototype: ['#00654a', '#1fae7d'],
  gda: ['#cf5fae', '#e884cf'],
  'other 1': ['#1c2027', '#f4f6fa'],
  'other 2': ['#6a45c2', '#a16bff'],
}

/** A space's symbol and dash, as the dashboard has them. */
const spaceLooks: Readonly<Record<string, readonly [SeriesStyle['symbol'], string | undefined]>> = {
  clip: ['circle', undefined],
  imo: ['square', '7 3'],
  centred: ['triangle', '2 3'],
  whitened: ['diamond', '9 3 2 3'],
  shrunk: ['star', '12 3'],
  // On the adapted space: the dash of what it is fitted by, and a symbol of its own.
  'imo+centred': ['hexagon', '2 3'],
  'imo+whitened': ['cross', '9 3 2 3'],
  'imo+shrunk': ['wye', '12 3'],
}
const otherLooks = [
  ['wye', '4 2'],
  ['cross', '1 2 5 2'],
] as const

/** What a plugin brings has its look from its id, so that it keeps it whatever else is registered. */
export function seriesStyle({
  method,
  space,
}: {
  readonly method: string
  readonly space: string | null
}): SeriesStyle {
  const known = Object.hasOwn(methodColours, method)
  const [symbol, dash] = space === null ? spaceLook('clip') : spaceLook(space)
  return { colour: `var(${colourName(known ? method : `other ${1 + (hashOf(method) % 2)}`)})`, symbol, dash }
}

const spaceLook = (space: string): readonly [SeriesStyle['symbol'], string | undefined] =>
  spaceLooks[space] ?? (otherLooks[hashOf(space) % otherLooks.length] as (typeof otherLooks)[number])

/** The CSS variable of a method's colour. */
export const colourName = (method: string): string =>
  `--method-${method.replaceAll('++', '-plus').replaceAll(' ', '-')}`

function hashOf(id: string): number {
  let hash = 0
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0
  return hash
}
